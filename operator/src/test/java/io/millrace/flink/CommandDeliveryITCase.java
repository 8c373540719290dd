package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands to a running job, in both ways of their delivery, through failures and savepoints. */
class CommandDeliveryITCase {
  private static final int PARALLELISM = 2;

  /** Intervals of checkpoints. */
  private static final Duration OFTEN = Duration.ofMillis(50);

  private static final @Nullable Duration NEVER = null;

  /** The version that each subtask scored with last. */
  private static final Map<Integer, Long> SCORING = new ConcurrentHashMap<>();

  /** The subtask that is to fail at its next record, or -1; the commands are {@link #COMMANDS}. */
  private static final AtomicInteger TO_FAIL = new AtomicInteger(-1);

  private static final int COMMANDS = PARALLELISM;
  private static final AtomicInteger FAILED = new AtomicInteger();

  @TempDir Path folder;

  private long records = Long.MAX_VALUE;
  private int attempts = 100;

  @BeforeEach
  void reset() {
    SCORING.clear();
    TO_FAIL.set(-1);
    FAILED.set(0);
    CommandScript.reset();
    for (long version = 1; version <= 6; version++) {
      SavedModels.constantVersion(models().resolve(Long.toString(version)), version);
    }
  }

  private Path models() {
    return folder.resolve("models");
  }

  private Publish publish(long version) {
    return Harness.publish(models(), version, version);
  }

  @ParameterizedTest
  @EnumSource(CommandDelivery.class)
  void commands_reachEverySubtask_whateverFailsMeanwhile(CommandDelivery delivery)
      throws Exception {
    JobClient job = start(delivery, OFTEN, null);
    awaitScoring(1);
    for (int version = 2; version <= 6; version++) {
      int failures = FAILED.get();
      // Before the command, after it, and at it: a subtask of the records, or the commands' own.
      TO_FAIL.set(version % (PARALLELISM + 1));
      CommandScript.send(publish(version));
      awaitScoring(version);
      CommandScript.send(new Command.Retire("other", 1, version));
      Await.until("a failure", () -> FAILED.get() > failures);
      SCORING.clear();
      awaitScoring(version);
    }
    assertThat(FAILED).hasValue(5);
    cancel(job);
  }

  @ParameterizedTest
  @EnumSource(CommandDelivery.class)
  void savepointOfEither_restoresIntoTheOther(CommandDelivery delivery) throws Exception {
    JobClient job = start(delivery, OFTEN, null);
    CommandScript.send(publish(2));
    awaitScoring(2);
    String savepoint = savepoint(job);
    CommandDelivery other =
        delivery == CommandDelivery.BROADCAST
            ? CommandDelivery.COORDINATOR
            : CommandDelivery.BROADCAST;
    JobClient restored = start(other, OFTEN, savepoint);
    awaitScoring(2);
    CommandScript.send(publish(3));
    awaitScoring(3);
    cancel(restored);
  }

  @Test
  void commandReadBehindTheCoordinatorsCheckpoint_isInTheSavepoint() throws Exception {
    JobClient job = start(CommandDelivery.COORDINATOR, NEVER, null);
    awaitScoring(1);
    // The subtasks get this one behind their barriers: it is in neither their state nor, as read,
    // in what the source reads again.
    CommandScript.sendBeforeBarrier(publish(2));
    String savepoint = savepoint(job);
    JobClient restored = start(CommandDelivery.COORDINATOR, NEVER, savepoint);
    awaitScoring(2);
    cancel(restored);
  }

  private String savepoint(JobClient job) throws Exception {
    String savepoint = savepoint(job, true);
    SCORING.clear();
    return savepoint;
  }

  private String savepoint(JobClient job, boolean ends) throws Exception {
    String target = folder.resolve("savepoints").toString();
    String savepoint = job.triggerSavepoint(target, SavepointFormatType.CANONICAL).get();
    if (ends) {
      cancel(job);
    }
    return savepoint;
  }

  /** Flink restores such an operator as a chain that throws at any event. */
  @Test
  void restoredAfterItsRecordsEnded_isSentNoCommands() throws Exception {
    records = 1_000;
    attempts = 0;
    // Such a chain lives until its first checkpoint.
    Duration seldom = Duration.ofSeconds(20);
    JobClient job = start(CommandDelivery.COORDINATOR, seldom, null);
    // One subtask may take them all.
    Await.until("records are scored", () -> !SCORING.isEmpty());
    Await.until("the records have ended", () -> SharedModel.held() == 0);
    CommandScript.sendBeforeBarrier(publish(2));
    // The first one tells that all tasks have started, the second is behind the command.
    awaitSavepoint(job);
    String second = awaitSavepoint(job);
    cancel(job);
    JobClient restored = start(CommandDelivery.COORDINATOR, seldom, second);
    awaitSavepoint(restored);
    awaitSavepoint(restored);
    assertThat(restored.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    cancel(restored);
  }

  /** Flink refuses one while a task is about to start or to end. */
  private String awaitSavepoint(JobClient job) throws Exception {
    AtomicReference<String> taken = new AtomicReference<>();
    Await.until(
        "a savepoint",
        () -> {
          try {
            taken.set(savepoint(job, false));
            return true;
          } catch (ExecutionException e) {
            return false;
          }
        });
    return taken.get();
  }

  private static void cancel(JobClient job) throws Exception {
    job.cancel().get();
    Await.until("nothing is held", () -> SharedModel.held() == 0);
  }

  private static void awaitScoring(long version) throws Exception {
    Await.until(
        "both subtasks score with version " + version,
        () -> SCORING.equals(Map.of(0, version, 1, version)));
  }

  private JobClient start(
      CommandDelivery delivery, @Nullable Duration interval, @Nullable String savepoint)
      throws Exception {
    Configuration flink = new Configuration();
    if (interval != null) {
      flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, interval);
    }
    flink.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    flink.set(RestartStrategyOptions.RESTART_STRATEGY, attempts == 0 ? "none" : "fixed-delay");
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, attempts);
    flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    if (savepoint != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
      // The operator that sends commands through the JobManager has a state that the other way
      // lacks.
      flink.set(
          StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE,
          delivery == CommandDelivery.BROADCAST);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(PARALLELISM);
    DataStream<Float> input =
        env.fromSequence(1, records).uid("records").map(n -> (float) n).returns(Types.FLOAT);
    DataStream<Command> commands =
        CommandScript.stream(env)
            .map(
                command -> {
                  failIfAsked(COMMANDS);
                  return command;
                })
            .returns(CommandSerializer.typeInformation())
            .setParallelism(1);
    Inference.on(input)
        .startingFrom("m", List.of(publish(1)))
        .features((value, row) -> row.input("x").put(value))
        .with(InferenceOptions.ROOTS, List.of(models().toString()))
        .with(InferenceOptions.COMMAND_DELIVERY, delivery)
        .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
        .commands(commands)
        .predictions((value, prediction, version) -> version.version(), Types.LONG)
        .predictions()
        .map(new Watch())
        .sinkTo(new DiscardingSink<>());
    return env.executeAsync();
  }

  private static void failIfAsked(int part) {
    if (TO_FAIL.compareAndSet(part, -1)) {
      FAILED.incrementAndGet();
      throw new IllegalStateException("part " + part + " was asked to fail");
    }
  }

  /** Notes what the subtask scores with. */
  private static final class Watch extends RichMapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    private int subtask;

    @Override
    public void open(OpenContext context) {
      subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    }

    @Override
    public Long map(Long version) {
      failIfAsked(subtask);
      SCORING.put(subtask, version);
      return version;
    }
  }
}
