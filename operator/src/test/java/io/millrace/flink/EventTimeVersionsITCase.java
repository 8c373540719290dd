package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which versions are loaded and let go of, with real models. */
class EventTimeVersionsITCase {
  @AutoClose private final EventTimeBench bench;

  EventTimeVersionsITCase(@TempDir Path roots) {
    bench = new EventTimeBench(roots);
  }

  @Test
  void publish_duringTheRun_isReadyBeforeItsTimeComes() throws Exception {
    try (Harness harness = bench.open(List.of(bench.version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(bench.version(2, 2, 200));
      harness.await(() -> SharedModel.held() == 2);
      harness.awaitActive(2);
      long loads = SharedModel.loads();
      harness.record(2, 200);
      harness.record(3, 100);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "3.0@1");
      assertThat(SharedModel.loads()).isEqualTo(loads);
    }
  }

  @Test
  void watermark_beyondTheRetention_releasesWhatNobodyNeeds() throws Exception {
    bench.options.set(InferenceOptions.RETENTION, Duration.ofMillis(50));
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 200);
      harness.watermark(249);
      harness.record(3, 199);
      harness.beforeBarrier();
      harness.watermark(250);
      harness.record(4, 199);
      harness.record(5, 200);
      harness.await(() -> SharedModel.held() == 1);
      harness.beforeBarrier();
      assertThat(harness.output())
          .containsExactly("1.0@1", "2.0@2", "W249", "3.0@1", "W250", "4.0!NO_MODEL", "5.0@2");
      awaitState(harness, 1, VersionState.END);
    }
  }

  @Test
  void watermark_thatReleasesAVersion_makesRoomForTheNextOne() throws Exception {
    bench.options.set(InferenceOptions.RETENTION, Duration.ofMillis(50));
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 200);
      harness.command(bench.version(3, 3, 100_000));
      harness.watermark(200);
      // In the open batch.
      harness.record(3, 199);
      harness.watermark(250);
      awaitState(harness, 3, VersionState.AVAILABLE);
      assertThat(SharedModel.held()).isEqualTo(2);
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "W200", "3.0@1", "W250");
    }
  }

  @Test
  void version_thatCannotBeLoaded_leavesItsRecordsUnscoredUntilPublishedAnew() throws Exception {
    try (Harness harness =
        bench.open(List.of(bench.version(1, 1, 100), bench.missing(2, 2, 200)))) {
      harness.record(1, 200);
      harness.record(2, 100);
      harness.record(3, 250);
      harness.command(bench.version(2, 3, 200));
      harness.record(4, 250);
      harness.beforeBarrier();
      assertThat(harness.output())
          .containsExactly("1.0!NO_MODEL", "2.0@1", "3.0!NO_MODEL", "4.0@2");
      assertThat(harness.events())
          .extracting(event -> tuple(event.version(), event.reason()))
          .contains(tuple(2L, ModelReason.NOT_FOUND));
    }
  }

  @ParameterizedTest
  @EnumSource(Overlap.class)
  void versions_moreThanMayBeLoaded_takeTurns(Overlap overlap) throws Exception {
    bench.options.set(InferenceOptions.OVERLAP, overlap);
    bench.options.set(InferenceOptions.MAX_LOADED_VERSIONS, overlap == Overlap.BOTH ? 1 : 5);
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      for (int i = 0; i < 6; i++) {
        harness.record(i, i % 2 == 0 ? 100 : 200);
        assertThat(SharedModel.held()).isEqualTo(1);
      }
      harness.beforeBarrier();
      assertThat(harness.output())
          .containsExactly("0.0@1", "1.0@2", "2.0@1", "3.0@2", "4.0@1", "5.0@2");
    }
  }

  @Test
  void command_duringALoadThatWantsOtherBytes_takesWhatIsLoadedBack() throws Exception {
    bench.options.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(200));
    try (Harness harness = bench.open(List.of(bench.version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(bench.version(2, 3, 200));
      // Being loaded ahead, by a command that leaves its bytes open.
      harness.command(bench.missing(2, 2, 200).withDigest("sha256:" + "0".repeat(64)));
      harness.record(2, 200);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0!NO_MODEL");
    }
  }

  @Test
  void versionThatScores_isNotLetGoOfBeforeOneThatWasOnlyLoadedAhead() throws Exception {
    try (Harness harness =
        bench.open(
            List.of(
                bench.version(1, 1, 100), bench.version(2, 2, 200), bench.version(3, 3, 300)))) {
      harness.record(1, 100);
      awaitState(harness, 2, VersionState.AVAILABLE);
      harness.record(2, 150);
      harness.record(3, 300);
      assertThat(harness.events())
          .filteredOn(event -> event.state() == VersionState.UNLOADING)
          .extracting(event -> event.version())
          .containsExactly(2L);
    }
  }

  @Test
  void command_withoutATime_isRefused() throws Exception {
    try (Harness harness = bench.open(List.of(bench.version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(Harness.publish(bench.roots, 1, 5));
      harness.command(new Activate(Harness.MODEL, 1, 6));
      assertThat(harness.events())
          .filteredOn(event -> event.reason() != null)
          .extracting(event -> event.reason(), event -> event.state(), event -> event.active())
          .containsOnly(tuple(ModelReason.MALFORMED_COMMAND, VersionState.AVAILABLE, true))
          .hasSize(2);
    }
  }

  @Test
  void givenTimeline_versionThatCannotBeLoaded_failsTheTask() throws Exception {
    List<Command> given = List.of(bench.version(1, 1, 100), bench.missing(2, 2, 200));
    try (Harness harness = Harness.chained(bench.roots, given, false, bench.options)) {
      harness.record(1, 100);
      assertThatThrownBy(() -> harness.record(2, 200))
          .hasStackTraceContaining(
              "m/2, by which the timeline has records scored, cannot be loaded")
          .hasStackTraceContaining("NOT_FOUND");
    }
  }

  private static void awaitState(Harness harness, long version, VersionState state)
      throws Exception {
    harness.await(
        () ->
            harness.events().stream()
                .anyMatch(event -> event.version() == version && event.state() == state));
  }
}
