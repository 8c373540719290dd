package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TimestampReader;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator with versions by event time and real models. */
class EventTimeOperatorITCase {
  @TempDir Path roots;

  private final Configuration options = new Configuration();

  @BeforeEach
  void chooseByEventTime() {
    options.set(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME);
    options.set(InferenceOptions.MAX_BATCH_SIZE, 100);
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(SharedModel.held()).isZero();
  }

  private Command version(long version, long sequence, long fromMillis) {
    Path directory = roots.resolve(Long.toString(version));
    if (!Files.exists(directory)) {
      SavedModels.constantVersion(directory, version);
    }
    return missing(version, sequence, fromMillis);
  }

  private Publish missing(long version, long sequence, long fromMillis) {
    Publish publish = Harness.publish(roots, version, sequence);
    return new Publish(
        publish.model(),
        version,
        publish.uri(),
        null,
        sequence,
        true,
        Instant.ofEpochMilli(fromMillis));
  }

  private List<Command> oneThenTwo() {
    return List.of(version(1, 1, 100), version(2, 2, 200));
  }

  private Harness open(List<Command> initial) throws Exception {
    return Harness.open(roots.toString(), initial, options);
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void records_inAnyOrder_areScoredByTheVersionOfTheirTimeAndLeaveInOrder(RunIn runIn)
      throws Exception {
    options.set(InferenceOptions.RUN_IN, runIn);
    options.set(InferenceOptions.MAX_BATCH_SIZE, 4);
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> expected = new ArrayList<>();
    try (Harness harness = open(oneThenTwo())) {
      for (int i = 0; i < 200; i++) {
        long time = 50 + random.nextInt(200);
        harness.record(i, time);
        expected.add((float) i + (time < 100 ? "!NO_MODEL" : time < 200 ? "@1" : "@2"));
        if (random.nextInt(20) == 0) {
          harness.watermark(i);
          expected.add("W" + i);
        }
      }
      harness.beforeBarrier();
      assertThat(harness.output()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void rowsThatOneOfTwoVersionsFailsOn_areRejectedAloneInTheirPlaces(RunIn runIn) throws Exception {
    options.set(InferenceOptions.RUN_IN, runIn);
    SavedModels.failing(roots.resolve("1"));
    try (Harness harness = open(oneThenTwo())) {
      for (int i = 1; i <= 6; i++) {
        harness.record(i % 3 == 0 ? -i : i, i % 2 == 0 ? 200 : 100);
      }
      harness.beforeBarrier();
      assertThat(harness.output())
          .containsExactly("1.0@1", "2.0@2", "-3.0!MODEL_FAILED", "4.0@2", "5.0@1", "-6.0@2");
    }
  }

  @Test
  void rejection_behindAFullBatchThatRuns_doesNotWaitForIt() throws Exception {
    options.set(InferenceOptions.RUN_IN, RunIn.THREAD);
    options.set(InferenceOptions.MAX_BATCH_SIZE, 2);
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 100);
      harness.record(3);
      assertThat(harness.output()).isEmpty();
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1", "3.0!NO_MODEL");
    }
  }

  @Test
  void record_whoseTimeCannotBeRead_isADeadLetterWithThatOfTheStream() throws Exception {
    TimestampReader<Float> times =
        value -> {
          if (value < 0) {
            throw new RecordException(RecordReason.MALFORMED, "no time");
          }
          return 200;
        };
    try (Harness harness = Harness.readingTimes(times, roots, oneThenTwo(), options)) {
      harness.record(-1, 7);
      harness.record(2, 8);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("-1.0!MALFORMED", "2.0@2");
      assertThat(harness.timestamps()).containsExactly(7L, 200L);
    }
  }

  @Test
  void record_withoutATimestampOrBeforeTheFirstVersion_isNoModel() throws Exception {
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1);
      harness.record(2, 99);
      assertThat(SharedModel.held()).isZero();
      harness.record(3, 100);
      harness.record(4);
      harness.beforeBarrier();
      assertThat(harness.output())
          .containsExactly("1.0!NO_MODEL", "2.0!NO_MODEL", "3.0@1", "4.0!NO_MODEL");
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void record_whoseVersionIsSlowToLoad_waitsAndNothingIsLost(RunIn runIn) throws Exception {
    options.set(InferenceOptions.RUN_IN, runIn);
    options.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(400));
    try (Harness harness = open(List.of(version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(version(2, 2, 200));
      // Loaded ahead by now, but not ready.
      harness.record(2, 150);
      harness.record(3, 200);
      harness.record(4, 199);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1", "3.0@2", "4.0@1");
    }
  }

  @Test
  void publish_duringTheRun_isReadyBeforeItsTimeComes() throws Exception {
    try (Harness harness = open(List.of(version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(version(2, 2, 200));
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
    options.set(InferenceOptions.RETENTION, Duration.ofMillis(50));
    try (Harness harness = open(oneThenTwo())) {
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
    options.set(InferenceOptions.RETENTION, Duration.ofMillis(50));
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 200);
      harness.command(version(3, 3, 100_000));
      harness.watermark(200);
      // In the open batch.
      harness.record(3, 199);
      harness.watermark(250);
      awaitState(harness, 3, VersionState.AVAILABLE);
      assertThat(SharedModel.held()).isEqualTo(2);
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "W200", "3.0@1", "W250");
    }
  }

  private static void awaitState(Harness harness, long version, VersionState state)
      throws Exception {
    harness.await(
        () ->
            harness.events().stream()
                .anyMatch(event -> event.version() == version && event.state() == state));
  }

  @Test
  void watermark_ofTheEndOfInput_isNoPlaceInTime() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      harness.watermark(150);
      harness.watermark(Long.MAX_VALUE);
      harness.record(2, 150);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@1", "W150", "W" + Long.MAX_VALUE, "2.0@1");
    }
    try (Harness harness = Harness.of(roots, List.of(), options)) {
      harness.start(state);
      assertThat(harness.activeVersion()).isEqualTo(1);
    }
  }

  @Test
  void version_thatCannotBeLoaded_leavesItsRecordsUnscoredUntilPublishedAnew() throws Exception {
    try (Harness harness = open(List.of(version(1, 1, 100), missing(2, 2, 200)))) {
      harness.record(1, 200);
      harness.record(2, 100);
      harness.record(3, 250);
      harness.command(version(2, 3, 200));
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
    options.set(InferenceOptions.OVERLAP, overlap);
    options.set(InferenceOptions.MAX_LOADED_VERSIONS, overlap == Overlap.BOTH ? 1 : 5);
    try (Harness harness = open(oneThenTwo())) {
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
    options.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(200));
    try (Harness harness = open(List.of(version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(version(2, 3, 200));
      // Being loaded ahead, by a command that leaves its bytes open.
      harness.command(missing(2, 2, 200).withDigest("sha256:" + "0".repeat(64)));
      harness.record(2, 200);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0!NO_MODEL");
    }
  }

  @Test
  void versionThatScores_isNotLetGoOfBeforeOneThatWasOnlyLoadedAhead() throws Exception {
    try (Harness harness =
        open(List.of(version(1, 1, 100), version(2, 2, 200), version(3, 3, 300)))) {
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
    try (Harness harness = open(List.of(version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(Harness.publish(roots, 1, 5));
      harness.command(new Activate(Harness.MODEL, 1, 6));
      assertThat(harness.events())
          .filteredOn(event -> event.reason() != null)
          .extracting(event -> event.reason(), event -> event.state(), event -> event.active())
          .containsOnly(tuple(ModelReason.MALFORMED_COMMAND, VersionState.AVAILABLE, true))
          .hasSize(2);
    }
  }

  @Test
  void restore_timelineOfTheState_loadsWhatIsNeededBeforeTheFirstRecord() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = open(List.of(version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(version(2, 2, 200));
      harness.record(2, 200);
      // Behind the record, in the time of the version before.
      harness.watermark(150);
      harness.watermark(5_000);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "W150", "W5000");
    }
    try (Harness harness = Harness.of(roots, List.of(), options)) {
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
    options.set(InferenceOptions.MAX_LOADED_VERSIONS, 1);
    OperatorSubtaskState state;
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      state = harness.snapshot();
    }
    FileUtils.deleteDirectory(roots.resolve("1").toFile());
    SavedModels.constantVersion(roots.resolve("1"), 5);
    try (Harness harness = Harness.of(roots, List.of(), options)) {
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
  void restore_ofAnotherModel_beginsAfresh() throws Exception {
    OperatorSubtaskState state;
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      harness.watermark(100);
      state = harness.snapshot();
    }
    SavedModels.constantVersion(roots.resolve("7"), 7);
    Publish other =
        new Publish(
            "other", 1, roots.resolve("7").toUri(), null, 9, true, Instant.ofEpochMilli(100));
    options.set(InferenceOptions.NAME, "other");
    try (Harness harness = Harness.of(roots, List.of(other), options)) {
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
    try (Harness harness = Harness.open(roots.toString(), oneThenTwo(), available)) {
      harness.record(1);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@2");
    }
    try (Harness harness = Harness.of(roots, List.of(), options)) {
      harness.start(state);
      harness.record(2, 100);
      harness.record(3, 200);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("2.0@1", "3.0@2");
    }
  }

  @Test
  void givenTimeline_versionThatCannotBeLoaded_failsTheTask() throws Exception {
    List<Command> given = List.of(version(1, 1, 100), missing(2, 2, 200));
    try (Harness harness = Harness.chained(roots, given, false, options)) {
      harness.record(1, 100);
      assertThatThrownBy(() -> harness.record(2, 200))
          .hasStackTraceContaining(
              "m/2, by which the timeline has records scored, cannot be loaded")
          .hasStackTraceContaining("NOT_FOUND");
    }
  }

  @Test
  void coordinatedShell_publishedVersion_scoresTheRecordsOfItsTime() throws Exception {
    try (Harness harness = Harness.chained(roots, List.of(version(1, 1, 100)), true, options)) {
      harness.record(1, 100);
      harness.commands(List.of(version(2, 2, 200)), false);
      harness.record(2, 200);
      harness.record(3, 199);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "3.0@1");
    }
  }

  @Test
  void fault33_subtasksThatLearnOfAVersionAtDifferentTimes_switchAtTheSameEventTime()
      throws Exception {
    Command second = version(2, 2, 200);
    List<String> expected = List.of("1.0@1", "2.0@1", "3.0@2", "4.0@1");
    try (Harness early = open(List.of(version(1, 1, 100)));
        Harness late = open(List.of(version(1, 1, 100)))) {
      early.command(second);
      for (Harness subtask : List.of(early, late)) {
        subtask.record(1, 100);
        subtask.record(2, 199);
      }
      late.command(second);
      for (Harness subtask : List.of(early, late)) {
        subtask.record(3, 200);
        subtask.record(4, 150);
        subtask.beforeBarrier();
        assertThat(subtask.output()).isEqualTo(expected);
      }
    }
  }

  @Test
  void fault59_recordsThatStop_leaveByTheTimerAndTheWatermarkGoesOn() throws Exception {
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 200);
      harness.watermark(180);
      assertThat(harness.output()).containsExactly("1.0@1");
      Thread.onSpinWait();
      harness.advance(10);
      harness.await(
          () -> {
            try {
              harness.advance(1);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
            return harness.output().size() == 3;
          });
      harness.watermark(500);
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "W180", "W500");
    }
  }

  @Test
  void fault60_endOfInputWhileAVersionIsLoaded_flushesAllInOrder() throws Exception {
    options.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(200));
    try (Harness harness = open(List.of(version(1, 1, 100), version(2, 2, 200)))) {
      harness.record(1, 100);
      harness.record(2, 50);
      // Version 2 is being loaded ahead.
      harness.endOfRecords();
      harness.finish();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0!NO_MODEL");
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void fault61_barrierWithABatchOfEachVersionInFlight_comesBehindThem(RunIn runIn)
      throws Exception {
    options.set(InferenceOptions.RUN_IN, runIn);
    OperatorSubtaskState state;
    try (Harness harness = open(oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 200);
      harness.record(3, 100);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "3.0@1");
    }
    try (Harness harness = Harness.of(roots, List.of(), options)) {
      harness.start(state);
      harness.beforeBarrier();
      assertThat(harness.output()).isEmpty();
    }
  }
}
