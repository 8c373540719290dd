package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are too large for the native memory of a TaskManager. */
class MemoryLimitITCase {
  @TempDir Path roots;

  /** A small model beside a file of the given size, which takes no room on the disk. */
  private Command version(long version, long megabytes) throws IOException {
    Path directory = SavedModels.constantVersion(roots.resolve(Long.toString(version)), version);
    Path padding = directory.resolve("variables/padding");
    try (RandomAccessFile file = new RandomAccessFile(padding.toFile(), "rw")) {
      file.setLength(megabytes << 20);
    }
    return Harness.publish(roots, version, version);
  }

  private Harness harness(Command first) throws Exception {
    return new Harness(roots, List.of(first), 100, RunIn.TASK, 1, 0);
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(SharedModel.held()).isZero();
  }

  @Test
  void firstVersion_tooLarge_failsTheJobForGood() throws Exception {
    try (Harness harness = harness(version(1, 60))) {
      harness.processOf(2, "400m");

      Throwable failure = catchThrowable(() -> harness.start(null));

      assertThat(failure).hasMessageContainingAll("off-heap.size", "400m", "/1", "2 versions");
      assertThat(
              ThrowableClassifier.findThrowableOfThrowableType(
                  failure, ThrowableType.NonRecoverableError))
          .isPresent();
    }
  }

  @Test
  void fault47_laterVersionTooLarge_isRejectedAndTheOldOneGoesOn() throws Exception {
    try (Harness harness = harness(version(1, 1))) {
      harness.processOf(2, "400m");
      harness.start(null);
      harness.command(version(2, 60));
      harness.await(
          () -> harness.events().stream().anyMatch(e -> e.reason() == ModelReason.TOO_LARGE));
      harness.record(5);
      harness.beforeBarrier();

      assertThat(harness.output()).containsExactly("5.0@1");
      harness.command(version(3, 2));
      harness.awaitActive(3);
    }
  }

  @Test
  void firstVersion_inAFlinkWithoutMemoryBudget_isLoaded() throws Exception {
    try (Harness harness = harness(version(1, 60))) {
      harness.start(null);
      assertThat(harness.activeVersion()).isEqualTo(1);
    }
  }
}
