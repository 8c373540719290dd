package io.millrace.benchmarks;

import io.millrace.flink.CommandSerializer;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.model.Command;
import io.millrace.model.PredictionReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job at full load that is given one version after the other: version n lies in the folder of
 * index {@code n % folders}. It is watched in stretches, with versions and without.
 */
final class SwitchedJob implements AutoCloseable {
  private static final long SETTLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long DEADLINE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long POLL_NANOS = 1_000_000;

  private final LocalCluster cluster;
  private final SwitchMeter meter;
  private final Meter errors;
  private final JobID job;
  private long version = 1;

  private SwitchedJob(LocalCluster cluster, SwitchMeter meter, Meter errors, JobID job) {
    this.cluster = cluster;
    this.meter = meter;
    this.errors = errors;
    this.job = job;
  }

  /**
   * Starts the job with version 1, and returns when it has scored for a second.
   *
   * @param subject what all versions answer like
   * @param folders of the versions, below {@code root}
   * @param versions how many will be published at the most
   */
  static SwitchedJob start(
      LocalCluster cluster,
      Subject subject,
      Path root,
      List<Path> folders,
      CommandDelivery delivery,
      int versions)
      throws Exception {
    SwitchMeter meter = SwitchMeter.begin();
    Meter errors = Meter.begin(Integer.MAX_VALUE);
    List<URI> uris = folders.stream().map(Path::toUri).toList();
    StreamExecutionEnvironment env = job(subject, root, uris, delivery, versions);
    SwitchedJob started = new SwitchedJob(cluster, meter, errors, cluster.submit(env));
    boolean ready = false;
    try {
      started.await(1);
      started.pass(SETTLE_NANOS);
      ready = true;
      return started;
    } finally {
      if (!ready) {
        started.close();
      }
    }
  }

  /** What passes while the job runs. */
  interface Body {
    void run() throws Exception;
  }

  /**
   * A stretch of the job.
   *
   * @param recordsPerSecond that left
   * @param gapMillis the longest between two outputs
   */
  record Stretch(double recordsPerSecond, double gapMillis, long nanos) {}

  Stretch stretch(Body body) throws Exception {
    meter.forgetGap();
    long records = meter.records();
    long start = System.nanoTime();
    body.run();
    long nanos = System.nanoTime() - start;
    double rate = (meter.records() - records) * 1e9 / nanos;
    return new Stretch(rate, meter.longestGapMillis(), nanos);
  }

  /** The version that the next command will publish. */
  long nextVersion() {
    return version + 1;
  }

  /** Publishes the next version, and returns when it scores. */
  void publishNext() {
    meter.allowCommand();
    await(++version);
  }

  private void await(long awaited) {
    long start = System.nanoTime();
    while (meter.version() < awaited) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new IllegalStateException(
            "version " + awaited + " does not score after 30 s, but " + meter.version());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Lets the job run. */
  void pass(long nanos) throws InterruptedException {
    if (nanos > 0) {
      Thread.sleep(Duration.ofNanos(nanos).toMillis());
    }
  }

  /**
   * @throws OutputsDifferException if an answer was another than the subject's
   */
  void checkOutputs(String what) throws OutputsDifferException {
    OutputsDifferException.check(what, errors.largestError());
  }

  @Override
  public void close() throws ExecutionException, InterruptedException {
    cluster.cancel(job);
  }

  private static StreamExecutionEnvironment job(
      Subject subject, Path root, List<URI> folders, CommandDelivery delivery, int versions) {
    StreamExecutionEnvironment env = LocalCluster.environment(1);
    PredictionReader<byte[], Float> reader =
        (record, prediction, version) -> {
          SwitchMeter.current().left(version.version());
          return prediction.output(0).getFloat(0);
        };
    DataStream<Float> scores =
        Inference.on(MemoryEnds.binary(env, Long.MAX_VALUE))
            .model(Pipelines.MODEL, 1, folders.get(1 % folders.size()).toString())
            .recordsAreNotReused()
            .with(InferenceOptions.MAX_BATCH_SIZE, Marks.CAP)
            .with(InferenceOptions.BATCH_TIMEOUT, Pipelines.BATCH_TIMEOUT)
            // Nobody is writing them any more.
            .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
            .with(InferenceOptions.ROOTS, List.of(root.toString()))
            .with(InferenceOptions.COMMAND_DELIVERY, delivery)
            .commands(commands(env, folders, versions))
            .features(Pipelines.WRITER)
            .predictions(reader, Types.FLOAT)
            .predictions();
    MemoryEnds.check(scores, new Check(subject.expected()));
    return env;
  }

  private static DataStream<Command> commands(
      StreamExecutionEnvironment env, List<URI> folders, int versions) {
    return env.fromSequence(2, 1 + (long) versions)
        .map(
            version -> {
              SwitchMeter.current().awaitCommand();
              URI uri = folders.get((int) (version % folders.size()));
              return (Command)
                  new Command.Publish(Pipelines.MODEL, version, uri, null, version, true, null);
            })
        .returns(CommandSerializer.typeInformation())
        .setParallelism(1);
  }
}
