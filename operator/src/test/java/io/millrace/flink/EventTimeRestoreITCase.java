package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of versions by event time after a restart, with real models. */
class EventTimeRestoreITCase {
  @AutoClose private final EventTimeBench bench;

  EventTimeRestoreITCase(@TempDir Path roots) {
    bench = new EventTimeBench(roots);
  }

  @Test
  void watermark_ofTheEndOfInput_isNoPlaceInTime() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      harness.watermark(150);
      harness.watermark(Long.MAX_VALUE);
      harness.record(2, 150);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@1", "W150", "W" + Long.MAX_VALUE, "2.0@1");
    }
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      harness.start(state);
      assertThat(harness.activeVersion()).isEqualTo(1);
    }
  }

  @Test
  void restore_timelineOfTheState_loadsWhatIsNeededBeforeTheFirstRecord() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = bench.open(List.of(bench.version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(bench.version(2, 2, 200));
      harness.record(2, 200);
      // Behind the record, in the time of the version before.
      harness.watermark(150);
      harness.watermark(5_000);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "W150", "W5000");
    }
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      harness.start(state);
      assertThat(SharedModel.held()).isEqualTo(1);
      assertThat(harness.activeVersion()).isEqualTo(2);
      harness.record(3, 300);
      harness.record(4, 100);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("3.0@2", "4.0@1");
    }
  }

  @Test
  void restore_versionWithoutADigest_isTheVeryFilesThatScored() throws Exception {
    bench.options.set(InferenceOptions.MAX_LOADED_VERSIONS, 1);
    OperatorSubtaskState state;
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      state = harness.snapshot();
    }
    FileUtils.deleteDirectory(bench.roots.resolve("1").toFile());
    SavedModels.constantVersion(bench.roots.resolve("1"), 5);
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      harness.start(state);
      harness.record(2, 100);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("2.0!NO_MODEL");
      assertThat(harness.events())
          .extracting(event -> event.reason())
          .contains(ModelReason.DIGEST_MISMATCH);
    }
  }

  @Test
  void restore_versionThatScoredIsNowhere_failsRatherThanRefuseItsRecords() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      harness.watermark(150);
      state = harness.snapshot();
    }
    Path moved = bench.roots.resolveSibling("moved");
    Files.move(bench.roots.resolve("1"), moved);
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      assertThatThrownBy(() -> harness.start(state))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(bench.roots.resolve("1").toString());
    }
    Files.move(moved, bench.roots.resolve("1"));
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      harness.start(state);
      assertThat(harness.activeVersion()).isEqualTo(1);
    }
  }

  @Test
  void restore_ofAnotherModel_beginsAfresh() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      harness.watermark(100);
      state = harness.snapshot();
    }
    SavedModels.constantVersion(bench.roots.resolve("7"), 7);
    Publish other =
        new Publish(
            "other", 1, bench.roots.resolve("7").toUri(), null, 9, true, Instant.ofEpochMilli(100));
    bench.options.set(InferenceOptions.NAME, "other");
    try (Harness harness = Harness.of(bench.roots, List.of(other), bench.options)) {
      harness.start(state);
      harness.record(2, 200);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("2.0@1");
    }
  }

  @Test
  void restore_ofAJobWithoutEventTime_knowsWhatWasPublished() throws Exception {
    OperatorSubtaskState state;
    Configuration available = new Configuration();
    try (Harness harness = Harness.open(bench.roots.toString(), bench.oneThenTwo(), available)) {
      harness.record(1);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@2");
    }
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      harness.start(state);
      harness.record(2, 100);
      harness.record(3, 200);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("2.0@1", "3.0@2");
    }
  }
}
