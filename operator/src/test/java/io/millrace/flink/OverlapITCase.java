package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.Tensors;
import io.millrace.testing.models.WarmUpRequests;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Versions that follow each other where the memory has no room for two. */
class OverlapITCase {
  @TempDir private Path roots;

  @BeforeEach
  void twoVersions() {
    SavedModels.constantVersion(roots.resolve("1"), 1);
    SavedModels.constantVersion(roots.resolve("2"), 2);
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(SharedModel.held()).isZero();
    assertThat(SharedModel.heldNativeBytes()).isZero();
  }

  private Harness harness(Overlap overlap, RunIn runIn) throws Exception {
    Configuration options = new Configuration();
    options.set(InferenceOptions.OVERLAP, overlap);
    return Harness.with(options, roots, Harness.publish(roots, 1, 1), runIn);
  }

  private Harness unloadingFirst() throws Exception {
    Harness harness = harness(Overlap.UNLOAD_FIRST, RunIn.TASK);
    harness.start(null);
    return harness;
  }

  /** Refuses what comes after the load. */
  private void failsInWarmUp(long version) {
    WarmUpRequests.write(
        roots.resolve(Long.toString(version)),
        WarmUpRequests.predict("", Map.of("nope", Tensors.floats(new float[1], 1))));
  }

  /** {@code 2 LOADING}, {@code 2 END WARM_UP_FAILED}. */
  private static List<String> story(Harness harness) {
    return harness.events().stream()
        .map(
            event ->
                event.version()
                    + " "
                    + event.state()
                    + (event.reason() == null ? "" : " " + event.reason()))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void unloadFirst_recordsWaitForTheNewVersion(RunIn runIn) throws Exception {
    try (Harness harness = harness(Overlap.UNLOAD_FIRST, runIn)) {
      harness.start(null);
      harness.record(1);
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> story(harness).contains("1 UNLOADING"));
      // Comes back only when there is a version to score it.
      harness.record(2);
      harness.endOfRecords();
      harness.await(() -> story(harness).contains("1 END"));

      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2");
      assertThat(story(harness))
          .containsSubsequence("1 AVAILABLE", "2 LOADING", "1 UNLOADING", "2 AVAILABLE")
          .contains("1 END");
      assertThat(SharedModel.held()).isEqualTo(1);
    }
  }

  @Test
  void unloadFirst_newVersionFails_theOldOneIsLoadedAgain() throws Exception {
    failsInWarmUp(2);
    SavedModels.constantVersion(roots.resolve("3"), 3);
    try (Harness harness = unloadingFirst()) {
      harness.record(1);
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> story(harness).contains("1 UNLOADING"));
      harness.record(2);
      harness.record(3);
      harness.beforeBarrier();

      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1", "3.0@1");
      assertThat(story(harness))
          .containsSubsequence(
              "2 LOADING", "1 UNLOADING", "2 END WARM_UP_FAILED", "1 LOADING", "1 AVAILABLE");
      harness.command(Harness.publish(roots, 3, 3));
      harness.record(4);
      harness.awaitActive(3);
    }
  }

  @Test
  void unloadFirst_orderedAnewOnTheWayBack_isLoadedAfterIt() throws Exception {
    failsInWarmUp(2);
    SavedModels.constantVersion(roots.resolve("3"), 3);
    try (Harness harness = unloadingFirst()) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> story(harness).contains("2 END WARM_UP_FAILED"));
      harness.command(Harness.publish(roots, 3, 3));
      harness.awaitActive(3);

      assertThat(story(harness)).containsSubsequence("1 AVAILABLE", "1 AVAILABLE", "3 AVAILABLE");
    }
  }

  @Test
  void fault11_unloadFirst_signatureThatDoesNotFit_isFoundOutBeforeTheOldVersionGoes()
      throws Exception {
    SavedModels.linear(roots.resolve("3"), new float[] {1}, 0);
    try (Harness harness = unloadingFirst()) {
      harness.command(Harness.publish(roots, 3, 3));
      harness.await(() -> story(harness).contains("3 END SIGNATURE_MISMATCH"));
      harness.record(1);
      harness.beforeBarrier();

      assertThat(harness.output()).containsExactly("1.0@1");
      assertThat(story(harness)).doesNotContain("1 UNLOADING");
    }
  }

  /** Its variables cannot be read: what turns it down comes before TensorFlow sees them. */
  @Test
  void fault11_both_signatureThatDoesNotFit_isFoundOutBeforeTheLoad() throws Exception {
    Path version = SavedModels.linear(roots.resolve("3"), new float[] {1}, 0);
    Files.write(version.resolve("variables/variables.index"), new byte[100]);
    try (Harness harness = harness(Overlap.BOTH, RunIn.TASK)) {
      harness.start(null);
      harness.command(Harness.publish(roots, 3, 3));
      harness.await(() -> story(harness).contains("3 END SIGNATURE_MISMATCH"));
      harness.record(1);
      harness.beforeBarrier();

      assertThat(harness.output()).containsExactly("1.0@1");
    }
  }

  @Test
  void unloadFirst_nothingIsLeft_failsTheTask(@TempDir Path machine) throws Exception {
    failsInWarmUp(2);
    try (Harness harness = harness(Overlap.UNLOAD_FIRST, RunIn.TASK)) {
      harness.temporary(machine);
      harness.start(null);
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> story(harness).contains("1 UNLOADING"));
      Files.delete(roots.resolve("1/saved_model.pb"));
      PrivateFolder.delete(machine.resolve("millrace-cache-" + System.getProperty("user.name")));

      assertThatThrownBy(() -> harness.record(1))
          .hasMessageContainingAll("no version of 'm' is left to score", "saved_model.pb");
    }
  }

  @Test
  void unloadFirst_restoredFromTheMiddle_beginsWithTheOldVersion() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = unloadingFirst()) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> story(harness).contains("1 UNLOADING"));
      state = harness.snapshot();
    }
    try (Harness harness = harness(Overlap.UNLOAD_FIRST, RunIn.TASK)) {
      harness.start(state);
      assertThat(harness.activeVersion()).isEqualTo(1);
      harness.awaitActive(2);
    }
  }

  @Test
  void overlap_roomForOneVersion_isEnoughOnlyWhereTheOldOneIsUnloadedFirst() throws Exception {
    Path padding = roots.resolve("2/variables/padding");
    try (RandomAccessFile file = new RandomAccessFile(padding.toFile(), "rw")) {
      file.setLength(30 << 20);
    }
    try (Harness harness = harness(Overlap.BOTH, RunIn.TASK)) {
      harness.processOf(1, "370m");
      harness.start(null);
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> story(harness).contains("2 END TOO_LARGE"));
      ModelEvent refused =
          harness.events().stream()
              .filter(event -> event.reason() == ModelReason.TOO_LARGE)
              .findFirst()
              .orElseThrow();
      assertThat(refused.message()).contains("2 versions", "model.overlap: unload-first");
    }
    try (Harness harness = harness(Overlap.UNLOAD_FIRST, RunIn.TASK)) {
      harness.processOf(1, "370m");
      harness.start(null);
      harness.command(Harness.publish(roots, 2, 2));
      harness.awaitActive(2);
    }
  }

  @Test
  void unloadFirst_sharedByTheTaskManager_isRefused() {
    Configuration options = new Configuration();
    options.set(InferenceOptions.OVERLAP, Overlap.UNLOAD_FIRST);
    options.set(InferenceOptions.SHARING, Sharing.TASK_MANAGER);
    assertThatThrownBy(() -> ModelUse.of(options))
        .hasMessageContaining("model.overlap is unload-first with model.sharing task-manager");
  }
}
