package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole job with versions by event time that fails while records wait for their versions. */
class EventTimeFailureITCase {
  private static final int RECORDS = 4_000;
  private static final int FAILURES = 2;

  /** So many records are of one version, then as many of another. */
  private static final int IN_A_ROW = 200;

  private static final AtomicInteger COMPLETED = new AtomicInteger();
  private static final AtomicInteger FAILED = new AtomicInteger();

  @TempDir Path folder;

  @BeforeEach
  void writeModels() {
    COMPLETED.set(0);
    FAILED.set(0);
    for (int version = 1; version <= 3; version++) {
      SavedModels.constantVersion(folder.resolve("models/" + version), version);
    }
  }

  private static long versionOf(float record) {
    return 1 + (int) record / IN_A_ROW % 3;
  }

  private Command publish(int version) {
    Publish publish = Harness.publish(folder.resolve("models"), version, version);
    return new Publish(
        "m", version, publish.uri(), null, version, true, Instant.ofEpochMilli(1_000L * version));
  }

  /** Each turn of versions is a load, which takes longer than the interval of checkpoints. */
  @Test
  void fault61_unalignedCheckpointsWhileRecordsWaitForVersions_loseAndRepeatNothing()
      throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(checkpointed());
    env.setParallelism(2);
    DataStream<Float> records =
        env.fromSequence(0, RECORDS - 1)
            .map(n -> (float) n)
            .returns(Types.FLOAT)
            // Flink aligns barriers on edges that go straight ahead.
            .rebalance();
    DataStream<Command> commands =
        env.fromData(List.of(publish(3)), CommandSerializer.typeInformation());

    List<String> scored =
        FloatJobs.collect(
            Inference.on(records)
                .startingFrom("m", List.of(publish(1), publish(2), publish(3)))
                .commands(commands)
                .features((value, row) -> row.input("x").put(value))
                .timestamps(value -> 1_000 * versionOf(value))
                .with(InferenceOptions.ROOTS, List.of(folder.toString()))
                .with(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME)
                .with(InferenceOptions.MAX_LOADED_VERSIONS, 1)
                .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(40))
                .with(InferenceOptions.COMMAND_DELIVERY, CommandDelivery.COORDINATOR)
                .predictions(
                    (value, prediction, version) -> value + "@" + version.version(),
                    rejection -> rejection.record() + "!" + rejection.message(),
                    Types.STRING)
                .predictions()
                .map(new Failing()));

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      expected.add((float) i + "@" + versionOf(i));
    }
    assertThat(scored).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(FAILED).hasValue(FAILURES);
  }

  private Configuration checkpointed() {
    Configuration flink = new Configuration();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    flink.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, FAILURES);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    return flink;
  }

  /** Fails behind checkpoints that have completed. */
  private static final class Failing implements MapFunction<String, String>, CheckpointListener {
    private static final long serialVersionUID = 1L;

    @Override
    public String map(String result) {
      int failed = FAILED.get();
      if (failed < FAILURES
          && COMPLETED.get() > failed
          && FAILED.compareAndSet(failed, failed + 1)) {
        throw new IllegalStateException("fails as it was asked to");
      }
      return result;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      COMPLETED.incrementAndGet();
    }
  }
}
