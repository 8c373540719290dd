package io.millrace.benchmarks;

import io.millrace.flink.CommandSerializer;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceStreams;
import io.millrace.model.Command;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelEvent;
import io.millrace.model.PredictionReader;
import io.millrace.model.VersionState;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * A version published to a running job, step by step, for one of its two models: one that is made
 * here, of several sizes, and at every tenth step somebody else's. One of these in a JVM: the job's
 * functions reach it by static fields.
 */
final class SwitchLoop implements SoakLoop {
  private static final List<String> MODELS = List.of("generated", "shared");
  private static final int CONTENTS = 3;
  private static final int OTHER_EVERY = 10;
  private static final int INPUTS = 5;
  private static final long PACE_NANOS = 1_000_000;
  private static final long POLL_NANOS = 200_000;
  private static final Duration CHECKPOINTS = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final BlockingQueue<Command> COMMANDS = new LinkedBlockingQueue<>();
  private static final AtomicLongArray SCORING = new AtomicLongArray(MODELS.size());
  private static final AtomicLongArray ENDED = new AtomicLongArray(MODELS.size());
  private static final AtomicReference<@Nullable String> FAILURE = new AtomicReference<>();

  private final List<List<Path>> contents;
  private final boolean closing;
  private final ModelEngine engine = TensorFlowEngine.create();
  private final LocalCluster cluster;
  private final JobID job;

  private SwitchLoop(List<List<Path>> contents, boolean closing, LocalCluster cluster, JobID job) {
    this.contents = contents;
    this.closing = closing;
    this.cluster = cluster;
    this.job = job;
  }

  /**
   * Starts the job.
   *
   * @param shared the folder with {@code savedmodel/}, or null; another generated model is taken
   *     then
   * @param closing false to load each version once more and forget it
   */
  static SwitchLoop start(Path folder, @Nullable Path shared, boolean closing) throws Exception {
    List<Path> generated = new ArrayList<>();
    for (int i = 0; i < CONTENTS; i++) {
      int ballast = i * SoakModels.BALLAST_FLOATS / 2;
      generated.add(SavedModels.constantVersion(folder.resolve("v" + i), i, ballast));
    }
    Path other =
        shared == null
            ? SavedModels.linear(folder.resolve("other"), new float[INPUTS], 0)
            : shared.resolve("savedmodel/mlp-tf2");
    List<List<Path>> contents = List.of(generated, List.of(other));
    LocalCluster cluster = LocalCluster.start();
    JobID job = cluster.submit(job(contents));
    SwitchLoop loop = new SwitchLoop(contents, closing, cluster, job);
    for (int model = 0; model < MODELS.size(); model++) {
      loop.await(SCORING, model, 1);
    }
    return loop;
  }

  @Override
  public void step(int step) throws Exception {
    int model = step % OTHER_EVERY == 0 ? 1 : 0;
    long version = SCORING.get(model) + 1;
    Path content = content(contents.get(model), version);
    COMMANDS.add(
        new Command.Publish(MODELS.get(model), version, content.toUri(), null, step, true, null));
    await(SCORING, model, version);
    await(ENDED, model, version - 1);
    if (!closing) {
      LoadLoop.load(engine, content);
    }
  }

  private static Path content(List<Path> contents, long version) {
    return contents.get((int) (version % contents.size()));
  }

  private void await(AtomicLongArray reached, int model, long version) {
    long start = System.nanoTime();
    while (reached.get(model) < version) {
      if (FAILURE.get() != null || System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "version %d of %s: scoring %s, ended %s, %s"
                .formatted(version, MODELS.get(model), SCORING, ENDED, FAILURE.get()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static StreamExecutionEnvironment job(List<List<Path>> contents) {
    StreamExecutionEnvironment env = LocalCluster.environment(1);
    env.setBufferTimeout(1);
    env.enableCheckpointing(CHECKPOINTS.toMillis());
    DataStream<Long> records =
        env.fromSequence(0, Long.MAX_VALUE - 1)
            .map(
                number -> {
                  LockSupport.parkNanos(PACE_NANOS);
                  return number;
                })
            .returns(Types.LONG);
    DataStream<Command> commands =
        env.fromSequence(0, Long.MAX_VALUE - 1)
            .flatMap(SwitchLoop::takeCommand)
            .returns(CommandSerializer.typeInformation());
    addModel(
        0,
        contents.get(0),
        records,
        commands,
        (number, row) -> row.input("x").put((float) number),
        (number, prediction, version) -> {
          if (prediction.output("version").getLong(0) != version.version() % CONTENTS) {
            FAILURE.set(version + " scored with another's content");
          }
          SCORING.set(0, version.version());
          return number;
        });
    addModel(
        1,
        contents.get(1),
        records,
        commands,
        (number, row) -> {
          for (int i = 0; i < INPUTS; i++) {
            row.input(0).put((float) i);
          }
        },
        (number, prediction, version) -> {
          SCORING.set(1, version.version());
          return number;
        });
    return env;
  }

  // Never for long: a checkpoint waits for this source.
  private static void takeCommand(long number, Collector<Command> out) throws InterruptedException {
    Command command = COMMANDS.poll(1, TimeUnit.MILLISECONDS);
    if (command != null) {
      out.collect(command);
    }
  }

  private static void addModel(
      int model,
      List<Path> contents,
      DataStream<Long> records,
      DataStream<Command> commands,
      FeatureWriter<Long> writer,
      PredictionReader<Long, Long> reader) {
    InferenceStreams<Long, Long> scored =
        Inference.on(records)
            .model(MODELS.get(model), 1, content(contents, 1).toString())
            .with(InferenceOptions.ROOTS, contents.stream().map(Path::toString).toList())
            .with(InferenceOptions.BATCH_TIMEOUT, Duration.ofMillis(1))
            .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
            .commands(commands)
            .features(writer)
            .predictions(reader, Types.LONG);
    scored.predictions().sinkTo(new DiscardingSink<>());
    scored
        .events()
        .map(
            event -> {
              note(model, event);
              return event.version();
            })
        .returns(Types.LONG)
        .sinkTo(new DiscardingSink<>());
  }

  private static void note(int model, ModelEvent event) {
    if (event.reason() != null) {
      FAILURE.set(event.toString());
    } else if (event.state() == VersionState.END) {
      ENDED.set(model, event.version());
    }
  }

  @Override
  public void close() throws Exception {
    cluster.cancel(job);
    cluster.close();
  }
}
