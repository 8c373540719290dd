package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Rollback;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restored or rescaled operator scores with; real models, Flink's operator harness. */
class InferenceRestoreITCase {
  @TempDir Path roots;

  private Command version(long version, long sequence) {
    Path directory = roots.resolve(Long.toString(version));
    if (!Files.exists(directory)) {
      SavedModels.constantVersion(directory, version);
    }
    return Harness.publish(roots, version, sequence);
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void restore_scoresTheFirstRecordWithTheVersionOfTheCheckpoint() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(version(2, 2));
      harness.awaitActive(2);
      state = harness.snapshot();
    }
    // What the configuration says now does not count: the state wins.
    Harness restored = new Harness(roots, List.of(version(1, 1)), 100, RunIn.TASK, 1, 0);
    try (restored) {
      restored.start(state);
      restored.record(1);
      restored.command(new Rollback(Harness.MODEL, null, 3));
      restored.awaitActive(1);
      restored.record(2);
      restored.endOfRecords();
      assertThat(restored.output()).containsExactly("1.0@2", "2.0@1");
    }
  }

  @Test
  void restore_duringALoad_resumesIt() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(version(2, 2));
      // No mail was run since: the load is in progress, or done but not switched to.
      state = harness.snapshot();
      assertThat(harness.activeVersion()).isEqualTo(1);
    }
    Harness restored = new Harness(roots, List.of(), 100, RunIn.TASK, 1, 0);
    try (restored) {
      restored.start(state);
      restored.record(1);
      restored.awaitActive(2);
      restored.record(2);
      restored.endOfRecords();
      assertThat(restored.output()).containsExactly("1.0@1", "2.0@2");
    }
  }

  @Test
  void restore_ofAModelWhoseFilesChanged_failsRatherThanScoringWithOtherBytes() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      state = harness.snapshot();
    }
    Files.writeString(roots.resolve("1").resolve("added.txt"), "other bytes");
    Harness restored = new Harness(roots, List.of(), 100, RunIn.TASK, 1, 0);
    try (restored) {
      assertThatThrownBy(() -> restored.start(state)).hasMessageContaining("sha256:");
    }
  }

  private Harness restoring(OperatorSubtaskState state, Path temporary) throws Exception {
    Harness restored = new Harness(roots, List.of(), 100, RunIn.TASK, 1, 0);
    restored.temporary(temporary);
    boolean started = false;
    try {
      restored.start(state);
      started = true;
      return restored;
    } finally {
      if (!started) {
        restored.close();
      }
    }
  }

  @Test
  void fault37_restoredVersionGoneFromStorage_comesFromTheCacheOrTheJobSaysSo(
      @TempDir Path machine, @TempDir Path otherMachine) throws Exception {
    OperatorSubtaskState state;
    Harness first = new Harness(roots, List.of(version(1, 1)), 100, RunIn.TASK, 1, 0);
    try (first) {
      first.temporary(machine);
      first.start(null);
      state = first.snapshot();
    }
    Files.move(roots.resolve("1"), roots.resolve("deleted"));
    version(2, 2); // It is there, and nobody ordered it.

    try (Harness restored = restoring(state, machine)) {
      restored.record(1);
      restored.endOfRecords();
      assertThat(restored.output()).containsExactly("1.0@1");
    }
    assertThatThrownBy(() -> restoring(state, otherMachine).close())
        .hasMessageContaining("file://" + roots.resolve("1") + " does not exist");
  }

  @Test
  void fault46_cacheTamperedWith_isFetchedAgainOrTheJobSaysSo(@TempDir Path machine)
      throws Exception {
    OperatorSubtaskState state;
    Harness first = new Harness(roots, List.of(version(1, 1)), 100, RunIn.TASK, 1, 0);
    try (first) {
      first.temporary(machine);
      first.start(null);
      state = first.snapshot();
    }
    tamper(machine);
    try (Harness restored = restoring(state, machine)) {
      restored.record(1);
      restored.endOfRecords();
      assertThat(restored.output()).containsExactly("1.0@1");
    }
    tamper(machine);
    Files.move(roots.resolve("1"), roots.resolve("deleted"));
    assertThatThrownBy(() -> restoring(state, machine).close())
        .hasMessageContaining("does not exist");
  }

  /** Puts another version's weights in the place of those that are kept. */
  private void tamper(Path machine) throws Exception {
    String shard = "variables.data-00000-of-00001";
    Path other = SavedModels.constantVersion(roots.resolve("other"), 66);
    try (Stream<Path> paths = Files.walk(machine)) {
      Path kept = paths.filter(path -> path.endsWith(shard)).findAny().orElseThrow();
      Files.move(
          other.resolve("variables").resolve(shard), kept, StandardCopyOption.REPLACE_EXISTING);
    }
    FileUtils.deleteDirectory(other.toFile());
  }

  @Test
  void rescale_everySubtaskHasTheVersion() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(version(2, 2));
      harness.awaitActive(2);
      state = harness.snapshot();
    }
    for (int index = 0; index < 3; index++) {
      Harness scaled = new Harness(roots, List.of(version(1, 1)), 100, RunIn.TASK, 3, index);
      try (scaled) {
        scaled.start(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(state, 3, 1, 3, index));
        scaled.record(index);
        scaled.endOfRecords();
        assertThat(scaled.output()).containsExactly((float) index + "@2");
      }
    }
  }

  @Test
  void restore_beforeAnyVersionScored_goesOnWithoutOne() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(), 100, RunIn.TASK)) {
      harness.command(Harness.publish(roots, 9, 1));
      harness.await(() -> rejections(harness).contains(ModelReason.NOT_FOUND));
      state = harness.snapshot();
    }
    Harness restored = new Harness(roots, List.of(), 100, RunIn.TASK, 1, 0);
    try (restored) {
      restored.start(state);
      restored.record(1);
      restored.command(version(2, 2));
      restored.awaitActive(2);
      restored.record(2);
      restored.endOfRecords();
      assertThat(restored.output()).containsExactly("1.0!NO_MODEL", "2.0@2");
    }
  }

  @Test
  void restore_withTheServingVersionGoneAndAnotherOrdered_takesTheOrderedOne() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(version(2, 2));
      state = harness.snapshot();
      assertThat(harness.activeVersion()).isEqualTo(1);
    }
    Files.move(roots.resolve("1"), roots.resolve("1-deleted"));
    Harness restored = new Harness(roots, List.of(), 100, RunIn.TASK, 1, 0);
    try (restored) {
      restored.start(state);
      restored.record(1);
      restored.endOfRecords();
      assertThat(restored.output()).containsExactly("1.0@2");
      assertThat(rejections(restored)).containsExactly(ModelReason.NOT_FOUND);
    }
  }

  @Test
  void restore_withTheServingVersionGoneAndTheOrderedOneRefused_mayBeTriedAgain() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      URI elsewhere = URI.create("file:///elsewhere/2");
      harness.command(new Publish(Harness.MODEL, 2, elsewhere, null, 2, true, null));
      state = harness.snapshot();
    }
    Files.move(roots.resolve("1"), roots.resolve("1-deleted"));
    Harness restored = new Harness(roots, List.of(), 100, RunIn.TASK, 1, 0);
    try (restored) {
      assertThatThrownBy(() -> restored.start(state))
          .isInstanceOfSatisfying(
              ModelException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(ModelReason.NOT_FOUND);
                assertThat(e.getSuppressed()).hasOnlyElementsOfType(UnfitRuntimeException.class);
              });
    }
  }

  @Test
  void restoreOfAFixedVersion_theCodeDecidesWhichAndTheStateWithWhatBytes() throws Exception {
    OperatorSubtaskState state;
    Harness first = Harness.ofFixedVersion(roots, version(1, -1));
    try (first) {
      first.start(null);
      first.record(1);
      state = first.snapshot();
      assertThat(first.output()).containsExactly("1.0@1");
    }
    Harness upgraded = Harness.ofFixedVersion(roots, version(2, -1));
    try (upgraded) {
      upgraded.start(state);
      upgraded.record(2);
      upgraded.beforeBarrier();
      assertThat(upgraded.output()).containsExactly("2.0@2");
    }
    Files.writeString(roots.resolve("1").resolve("added.txt"), "other bytes");
    Harness changed = Harness.ofFixedVersion(roots, version(1, -1));
    try (changed) {
      assertThatThrownBy(() -> changed.start(state)).hasMessageContaining("sha256:");
    }
  }

  private static List<ModelReason> rejections(Harness harness) {
    return harness.events().stream().map(ModelEvent::reason).filter(r -> r != null).toList();
  }
}
