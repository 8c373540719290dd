package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command;
import io.millrace.model.ModelEvent;
import io.millrace.model.VersionState;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TimestampReader;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator with versions by event time and real models. */
class EventTimeOperatorITCase {
  @AutoClose private final EventTimeBench bench;

  EventTimeOperatorITCase(@TempDir Path roots) {
    bench = new EventTimeBench(roots);
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void records_inAnyOrder_areScoredByTheVersionOfTheirTimeAndLeaveInOrder(RunIn runIn)
      throws Exception {
    bench.options.set(InferenceOptions.RUN_IN, runIn);
    bench.options.set(InferenceOptions.MAX_BATCH_SIZE, 4);
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> expected = new ArrayList<>();
    try (Harness harness = bench.open(bench.oneThenTwo())) {
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
    bench.options.set(InferenceOptions.RUN_IN, runIn);
    SavedModels.failing(bench.roots.resolve("1"));
    try (Harness harness = bench.open(bench.oneThenTwo())) {
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
    bench.options.set(InferenceOptions.RUN_IN, RunIn.THREAD);
    bench.options.set(InferenceOptions.MAX_BATCH_SIZE, 2);
    try (Harness harness = bench.open(bench.oneThenTwo())) {
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
    try (Harness harness =
        Harness.readingTimes(times, bench.roots, bench.oneThenTwo(), bench.options)) {
      harness.record(-1, 7);
      harness.record(2, 8);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("-1.0!MALFORMED", "2.0@2");
      assertThat(harness.timestamps()).containsExactly(7L, 200L);
    }
  }

  @Test
  void record_withoutATimestampOrBeforeTheFirstVersion_isNoModel() throws Exception {
    try (Harness harness = bench.open(bench.oneThenTwo())) {
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
    bench.options.set(InferenceOptions.RUN_IN, runIn);
    bench.options.set(InferenceOptions.STABLE_FOR, Duration.ofMillis(400));
    try (Harness harness = bench.open(List.of(bench.version(1, 1, 100)))) {
      harness.record(1, 100);
      harness.command(bench.version(2, 2, 200));
      // Loaded ahead by now, but not ready.
      harness.record(2, 150);
      harness.record(3, 200);
      harness.record(4, 199);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1", "3.0@2", "4.0@1");
    }
  }

  @Test
  void coordinatedShell_publishedVersion_scoresTheRecordsOfItsTime() throws Exception {
    try (Harness harness =
        Harness.chained(bench.roots, List.of(bench.version(1, 1, 100)), true, bench.options)) {
      harness.record(1, 100);
      harness.commands(List.of(bench.version(2, 2, 200)), false);
      harness.record(2, 200);
      harness.record(3, 199);
      harness.beforeBarrier();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "3.0@1");
    }
  }

  @Test
  void fault33_subtasksThatLearnOfAVersionAtDifferentTimes_switchAtTheSameEventTime()
      throws Exception {
    Command second = bench.version(2, 2, 200);
    List<String> expected = List.of("1.0@1", "2.0@1", "3.0@2", "4.0@1");
    try (Harness early = bench.open(List.of(bench.version(1, 1, 100)));
        Harness late = bench.open(List.of(bench.version(1, 1, 100)))) {
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
    try (Harness harness = bench.open(bench.oneThenTwo())) {
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
    // Longer than this test takes: only version 1 says by a manifest that it is whole.
    bench.options.set(InferenceOptions.STABLE_FOR, Duration.ofHours(1));
    List<Command> versions = bench.oneThenTwo();
    Path first = bench.roots.resolve("1");
    ModelPackage.at(first.toUri()).write(ModelPackage.describe(Harness.MODEL, 1, first, null));
    long loads = SharedModel.loads();
    try (Harness harness = bench.open(versions)) {
      harness.record(1, 100);
      harness.record(2, 50);
      harness.await(() -> SharedModel.loads() >= loads + 2);
      assertThat(harness.output()).isEmpty();
      harness.endOfRecords();
      harness.finish();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0!NO_MODEL");
      assertThat(harness.events())
          .filteredOn(event -> event.version() == 2)
          .last()
          .extracting(ModelEvent::state)
          .isEqualTo(VersionState.LOADING);
    }
  }

  @ParameterizedTest
  @EnumSource(RunIn.class)
  void fault61_barrierWithABatchOfEachVersionInFlight_comesBehindThem(RunIn runIn)
      throws Exception {
    bench.options.set(InferenceOptions.RUN_IN, runIn);
    OperatorSubtaskState state;
    try (Harness harness = bench.open(bench.oneThenTwo())) {
      harness.record(1, 100);
      harness.record(2, 200);
      harness.record(3, 100);
      state = harness.snapshot();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@2", "3.0@1");
    }
    try (Harness harness = Harness.of(bench.roots, List.of(), bench.options)) {
      harness.start(state);
      harness.beforeBarrier();
      assertThat(harness.output()).isEmpty();
    }
  }
}
