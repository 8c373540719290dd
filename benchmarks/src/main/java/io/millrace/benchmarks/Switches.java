package io.millrace.benchmarks;

import io.millrace.flink.CommandSerializer;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.model.Command;
import io.millrace.model.PredictionReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * 100 versions published to a job at full load. Within one job, stretches with switches and without
 * take turns; each with the one before it is a pair.
 *
 * @param throughput with switches over without
 * @param gapMillis the longest between two outputs in each stretch with switches
 * @param gapMillisWithout likewise without
 */
record Switches(int count, Spread throughput, Spread gapMillis, Spread gapMillisWithout) {
  private static final int PAIRS = 5;
  private static final int EACH = 20;
  private static final long SETTLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long DEADLINE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long POLL_NANOS = 1_000_000;

  /**
   * @param interval between two commands, at the least
   */
  static Switches measure(LocalCluster cluster, Subject subject, Duration interval)
      throws Exception {
    Path first = Path.of(subject.savedModel());
    Path folder = Objects.requireNonNull(first.getParent());
    SavedModelFile.write(subject.network(), folder.resolve("2"));
    SwitchMeter meter = SwitchMeter.begin();
    Meter errors = Meter.begin(Integer.MAX_VALUE);
    JobID job = cluster.submit(job(subject, folder));
    try {
      awaitVersion(meter, 1);
      pass(SETTLE_NANOS);
      Switches switches = drive(meter, interval.toNanos());
      OutputsDifferException.check("version switches", errors.largestError());
      return switches;
    } finally {
      cluster.cancel(job);
    }
  }

  private static Switches drive(SwitchMeter meter, long interval) throws InterruptedException {
    double[] with = new double[PAIRS];
    double[] without = new double[PAIRS];
    List<Double> gaps = new ArrayList<>();
    List<Double> gapsWithout = new ArrayList<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      int version = 2 + pair * EACH;
      without[pair] = stretch(meter, gapsWithout, () -> pass(interval * EACH));
      with[pair] = stretch(meter, gaps, () -> switchEach(meter, version, interval));
    }
    return new Switches(
        PAIRS * EACH, Spread.ofRatios(with, without), Spread.of(gaps), Spread.of(gapsWithout));
  }

  private interface Stretch {
    void run() throws InterruptedException;
  }

  private static double stretch(SwitchMeter meter, List<Double> gaps, Stretch body)
      throws InterruptedException {
    meter.forgetGap();
    long records = meter.records();
    long start = System.nanoTime();
    body.run();
    double rate = (meter.records() - records) * 1e9 / (System.nanoTime() - start);
    gaps.add(meter.longestGapMillis());
    return rate;
  }

  private static void switchEach(SwitchMeter meter, int first, long interval)
      throws InterruptedException {
    for (int version = first; version < first + EACH; version++) {
      long start = System.nanoTime();
      meter.allowCommand();
      awaitVersion(meter, version);
      pass(interval - (System.nanoTime() - start));
    }
  }

  private static void awaitVersion(SwitchMeter meter, long version) {
    long start = System.nanoTime();
    while (meter.version() < version) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new IllegalStateException(
            "version " + version + " does not score after 30 s, but " + meter.version());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Lets the job run. */
  private static void pass(long nanos) throws InterruptedException {
    if (nanos > 0) {
      Thread.sleep(Duration.ofNanos(nanos).toMillis());
    }
  }

  private static StreamExecutionEnvironment job(Subject subject, Path folder) {
    StreamExecutionEnvironment env = LocalCluster.environment(1);
    PredictionReader<byte[], Float> reader =
        (record, prediction, version) -> {
          SwitchMeter.current().left(version.version());
          return prediction.output(0).getFloat(0);
        };
    DataStream<Float> scores =
        Inference.on(MemoryEnds.binary(env, Long.MAX_VALUE))
            .model(Pipelines.MODEL, 1, subject.savedModel())
            .recordsAreNotReused()
            .with(InferenceOptions.MAX_BATCH_SIZE, Marks.CAP)
            .with(InferenceOptions.BATCH_TIMEOUT, Pipelines.BATCH_TIMEOUT)
            .with(InferenceOptions.ROOTS, List.of(folder.toString()))
            .commands(commands(env, folder))
            .features(Pipelines.WRITER)
            .predictions(reader, Types.FLOAT)
            .predictions();
    MemoryEnds.check(scores, new Check(subject.expected()));
    return env;
  }

  /** The two copies of the model in turn, as versions 2 and up. */
  private static DataStream<Command> commands(StreamExecutionEnvironment env, Path folder) {
    URI even = folder.resolve("2").toUri();
    URI odd = folder.resolve("1").toUri();
    return env.fromSequence(2, 1 + (long) PAIRS * EACH)
        .map(
            version -> {
              SwitchMeter.current().awaitCommand();
              URI uri = version % 2 == 0 ? even : odd;
              return (Command)
                  new Command.Publish(Pipelines.MODEL, version, uri, null, version, true, null);
            })
        .returns(CommandSerializer.typeInformation())
        .setParallelism(1);
  }
}
