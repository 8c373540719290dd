package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator with real models; time, barriers and restores in the test's hands. */
class InferenceOperatorITCase {
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

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void loneRecord_leavesWithinTheDeadline(RunIn runIn) throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, runIn)) {
      harness.record(1);
      long written = System.nanoTime();
      assertThat(harness.output()).isEmpty();
      harness.advance(3);
      assertThat(harness.output()).isEmpty();
      // Due by the monotonic clock too, of which the timer's is independent here.
      while (System.nanoTime() - written < 5_000_000) {
        Thread.onSpinWait();
      }
      harness.advance(1);
      harness.await(() -> harness.output().size() == 1, Duration.ofMinutes(1));
      assertThat(harness.output()).containsExactly("1.0@1");
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void fullBatches_areEmittedInOrder(RunIn runIn) throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 3, runIn)) {
      for (int i = 0; i < 30; i++) {
        harness.record(i);
      }
      harness.await(() -> harness.output().size() == 30);
      for (int i = 0; i < 30; i++) {
        assertThat(harness.output().get(i)).isEqualTo((float) i + "@1");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void watermarks_stayInTheirPlaces(RunIn runIn) throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, runIn)) {
      harness.watermark(1);
      harness.record(10);
      harness.watermark(2);
      harness.commandWatermark(99);
      harness.record(11);
      harness.record(Float.NaN);
      harness.watermark(3);
      assertThat(harness.output()).containsExactly("W1");
      harness.endOfRecords();
      assertThat(harness.output())
          .containsExactly("W1", "10.0@1", "W2", "11.0@1", "NaN!NON_FINITE_INPUT", "W3");
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void barrier_drainsEverythingAtHand(RunIn runIn) throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 2, runIn)) {
      for (int i = 0; i < 7; i++) {
        harness.record(i);
      }
      harness.beforeBarrier();
      assertThat(harness.output()).hasSize(7);
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void publish_switchesBetweenTwoBatches(RunIn runIn) throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, runIn)) {
      harness.record(1);
      harness.command(version(2, 2));
      harness.record(2);
      harness.awaitActive(2);
      harness.record(3);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1", "3.0@2");
      harness.await(
          () -> harness.events().get(harness.events().size() - 1).state() == VersionState.END);
      assertThat(harness.events())
          .extracting(ModelEvent::version, ModelEvent::state, ModelEvent::active)
          .containsExactly(
              tuple(1L, VersionState.START, false),
              tuple(1L, VersionState.AVAILABLE, true),
              tuple(2L, VersionState.START, false),
              tuple(2L, VersionState.LOADING, false),
              tuple(2L, VersionState.AVAILABLE, true),
              tuple(1L, VersionState.UNLOADING, false),
              tuple(1L, VersionState.END, false));
      ModelEvent available = harness.events().get(4);
      assertThat(available.digest()).startsWith("sha256:");
      assertThat(available.times().load()).isPositive();
      assertThat(available.times().warmUp()).isPositive();
      assertThat(available.times().switchOver()).isPositive();
    }
  }

  @Test
  void twoHundredPublishes_leaveOneOpenModel() throws Exception {
    for (long v = 1; v <= 4; v++) {
      version(v, v);
    }
    try (Harness harness = Harness.open(roots, List.of(version(1, 0)), 10, RunIn.TASK)) {
      long active = 1;
      for (long sequence = 1; sequence <= 200; sequence++) {
        active = 1 + sequence % 4;
        harness.command(version(active, sequence));
        harness.record(sequence);
        long expected = active;
        // Every fifth is waited for; the others are overtaken by their successors.
        if (sequence % 5 == 0) {
          harness.awaitActive(expected);
        }
      }
      harness.awaitActive(active);
      harness.await(() -> SharedModel.held() == 1);
      harness.record(1_000);
      harness.endOfRecords();
      assertThat(harness.output()).hasSize(201).last().isEqualTo("1000.0@" + active);
    }
  }

  @Test
  void badVersion_isRejectedAndTheOldOneGoesOn() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      Files.createDirectories(roots.resolve("2"));
      Files.write(roots.resolve("2").resolve("saved_model.pb"), new byte[] {1, 2, 3});
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> rejections(harness).contains(ModelReason.LOAD_FAILED));
      harness.command(Harness.publish(roots, 3, 3));
      harness.await(() -> rejections(harness).contains(ModelReason.NOT_FOUND));
      harness.command(
          new Command.Publish(Harness.MODEL, 4, Path.of("/etc").toUri(), null, 4, true, null));
      harness.await(() -> rejections(harness).contains(ModelReason.OUTSIDE_ROOTS));
      harness.command(
          new Command.Publish(
              Harness.MODEL,
              1,
              roots.resolve("1").toUri(),
              "sha256:" + "0".repeat(64),
              5,
              true,
              null));
      harness.await(() -> rejections(harness).contains(ModelReason.DIGEST_MISMATCH));
      SavedModels.unbatched(roots.resolve("6"));
      harness.command(Harness.publish(roots, 6, 6));
      harness.await(() -> rejections(harness).contains(ModelReason.SIGNATURE_MISMATCH));
      int before = rejections(harness).size();
      harness.command(new Activate(Harness.MODEL, 77, 7));
      assertThat(rejections(harness)).hasSize(before + 1).last().isEqualTo(ModelReason.NOT_FOUND);
      harness.record(1);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@1");
    }
  }

  private static List<ModelReason> rejections(Harness harness) {
    return harness.events().stream().map(ModelEvent::reason).filter(r -> r != null).toList();
  }

  @Test
  void fault01_withoutAnyVersion_recordsAreRejectedUntilOneIsPublished() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(), 100, RunIn.TASK)) {
      harness.record(1);
      harness.command(version(1, 1));
      harness.awaitActive(1);
      harness.record(2);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0!NO_MODEL", "2.0@1");
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void close_withBatchesAndALoadAtHand_holdsNoModelAfterwards(RunIn runIn) throws Exception {
    Harness harness = Harness.open(roots, List.of(version(1, 1)), 4, runIn);
    for (int i = 0; i < 7; i++) {
      harness.record(i);
    }
    harness.command(version(2, 2));
    harness.close();
    // A load that was in progress ends by itself and closes what it loaded.
    Await.until("nothing is held", () -> SharedModel.held() == 0);
  }

  @Test
  void locationOfAnUnknownScheme_rejectsTheVersionAndNotTheJob() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(
          new Command.Publish(
              Harness.MODEL, 2, URI.create("nowhere-known://host/2"), null, 2, true, null));
      harness.await(() -> !rejections(harness).isEmpty());
      harness.record(1);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@1");
    }
  }

  @Test
  void retire_ofTheVersionThatStillScoresHere_letsItGoOnUntilAnotherIsReady() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> rejections(harness).contains(ModelReason.NOT_FOUND));
      harness.command(new Command.Retire(Harness.MODEL, 1, 3));
      harness.record(1);
      harness.command(version(3, 4));
      harness.awaitActive(3);
      harness.record(2);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@3");
      harness.await(() -> SharedModel.held() == 1);
    }
  }

  @Test
  void failedVersion_activatedAnew_isTriedAgain() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> rejections(harness).contains(ModelReason.NOT_FOUND));
      SavedModels.constantVersion(roots.resolve("2"), 2);
      harness.command(new Activate(Harness.MODEL, 2, 3));
      harness.awaitActive(2);
    }
  }

  @Test
  void failedVersion_publishedAnew_isTriedAgain() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> rejections(harness).contains(ModelReason.NOT_FOUND));
      harness.command(version(2, 3));
      harness.awaitActive(2);
    }
  }

  @Test
  void finish_duringALoad_emitsNothingMoreAndClosesTheModel() throws Exception {
    try (Harness harness = Harness.open(roots, List.of(version(1, 1)), 100, RunIn.TASK)) {
      harness.command(version(2, 2));
      harness.finish();
      int events = harness.events().size();
      harness.await(() -> SharedModel.loads() > 0 && harness.mailsRun() > 0);
      assertThat(harness.events()).hasSize(events);
    }
  }
}
