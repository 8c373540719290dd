package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.jspecify.annotations.Nullable;

/** What a record waits in an open loop, from when it was due to when its score leaves. */
final class Latency {
  static final String HALF_OF_NAIVE = load(0.5, "naive");

  private static final List<Peer> ARMS =
      List.of(Peer.NAIVE, Peer.CHAINED, Peer.COORDINATED, Peer.BROADCAST);
  private static final int CAP = Marks.CAP;
  private static final long SETTLE_MILLIS = 1000;
  private static final long RECOVERED_MICROS = (Pipelines.BATCH_TIMEOUT.toMillis() + 5) * 1000;

  private static final FeatureWriter<byte[]> WRITER =
      (record, row) ->
          row.input(0).putRaw(record, Generator.STAMP_BYTES, record.length - Generator.STAMP_BYTES);

  private final LocalCluster cluster;
  private final Subject subject;
  private final Path folder;
  private final Plan plan;
  private final Map<Peer, Double> capacities = new EnumMap<>(Peer.class);
  private final List<Level> levels = new ArrayList<>();
  private final List<Burst> bursts = new ArrayList<>();

  /** How long each part goes on. */
  record Plan(long capacityMillis, long levelMillis, long burstMillis, long afterMillis) {
    static final Plan FULL = new Plan(4000, 6000, 30_000, 10_000);
    static final Plan QUICK = new Plan(2500, 3000, 4000, 4000);
  }

  /**
   * @param p99BySecond over the seconds of the run
   */
  record Level(
      Peer peer,
      String load,
      double recordsPerSecond,
      double p50Millis,
      double p95Millis,
      double p99Millis,
      double p999Millis,
      double maxMillis,
      Spread p99BySecond) {}

  /**
   * @param recoveryMillis from the end of the burst until half of the records are within the batch
   *     timeout + 5 ms for good; null if that never came
   */
  record Burst(
      Peer peer, double recordsPerSecond, double maxMillis, @Nullable Long recoveryMillis) {
    /** {@code naive TensorFlow map, 6,560 records/s: longest wait 5,472 ms, ...}. */
    String toText() {
      return String.format(
          Locale.ROOT,
          "%s, %,.0f records/s: longest wait %,.0f ms, %s",
          peer.title(),
          recordsPerSecond,
          maxMillis,
          recoveryMillis == null
              ? "not recovered by the end"
              : "recovered " + recoveryMillis + " ms after its end");
    }
  }

  private Latency(LocalCluster cluster, Subject subject, Path folder, Plan plan) {
    this.cluster = cluster;
    this.subject = subject;
    this.folder = folder;
    this.plan = plan;
  }

  static Latency measure(LocalCluster cluster, Subject subject, Path folder, Plan plan)
      throws Exception {
    Latency latency = new Latency(cluster, subject, folder, plan);
    for (Peer peer : ARMS) {
      latency.measureCapacity(peer);
    }
    double naive = latency.capacity(Peer.NAIVE);
    for (double share : new double[] {0.5, 0.8}) {
      for (Peer peer : ARMS) {
        latency.measureLevel(peer, load(share, "naive"), share * naive);
      }
      for (Peer peer : Peer.shells()) {
        latency.measureLevel(peer, load(share, "own"), share * latency.capacity(peer));
      }
    }
    latency.measureBurst(Peer.NAIVE);
    latency.measureBurst(Peer.COORDINATED);
    return latency;
  }

  private static String load(double share, String whose) {
    return String.format(Locale.ROOT, "%.0f%% of %s", share * 100, whose);
  }

  /** Records a second that each takes from the socket, at the most. */
  Map<Peer, Double> capacities() {
    return capacities;
  }

  List<Level> levels() {
    return levels;
  }

  List<Burst> bursts() {
    return bursts;
  }

  private double capacity(Peer peer) {
    return capacities.getOrDefault(peer, 0.0);
  }

  private void measureCapacity(Peer peer) throws Exception {
    long end = SETTLE_MILLIS + plan.capacityMillis();
    capacities.put(peer, run(peer, "0:" + end).throughput(SETTLE_MILLIS, end));
  }

  private void measureLevel(Peer peer, String load, double rate) throws Exception {
    long end = SETTLE_MILLIS + plan.levelMillis();
    LatencyMeter meter = run(peer, rate + ":" + end);
    Histogram all = meter.between(SETTLE_MILLIS, end);
    List<Double> seconds = new ArrayList<>();
    for (long from = SETTLE_MILLIS; from < end; from += 1000) {
      seconds.add(millis(meter.between(from, from + 1000).getValueAtPercentile(99)));
    }
    levels.add(
        new Level(
            peer,
            load,
            rate,
            millis(all.getValueAtPercentile(50)),
            millis(all.getValueAtPercentile(95)),
            millis(all.getValueAtPercentile(99)),
            millis(all.getValueAtPercentile(99.9)),
            millis(all.getMaxValue()),
            Spread.of(seconds)));
  }

  private void measureBurst(Peer peer) throws Exception {
    double rate = capacity(peer);
    long end = SETTLE_MILLIS + plan.burstMillis();
    LatencyMeter meter =
        run(
            peer,
            0.7 * rate + ":" + SETTLE_MILLIS,
            1.1 * rate + ":" + plan.burstMillis(),
            0.7 * rate + ":" + plan.afterMillis());
    OptionalLong recovery = meter.millisUntilWithin(RECOVERED_MICROS, end);
    double longest = millis(meter.between(SETTLE_MILLIS, end + plan.afterMillis()).getMaxValue());
    bursts.add(
        new Burst(peer, 1.1 * rate, longest, recovery.isPresent() ? recovery.getAsLong() : null));
  }

  private static double millis(long micros) {
    return micros / 1e3;
  }

  private LatencyMeter run(Peer peer, String... phases) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.add("-Xmx128m");
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    arguments.add(Generator.class.getName());
    arguments.addAll(List.of(phases));
    LatencyMeter meter = LatencyMeter.begin();
    Meter errors = Meter.begin(Integer.MAX_VALUE);
    try (ChildProcess generator =
        ChildProcess.start("generator", folder.resolve("generator.log"), arguments)) {
      int port = Integer.parseInt(generator.hear());
      StreamExecutionEnvironment env = LocalCluster.environment(1);
      int recordBytes = Generator.STAMP_BYTES + Records.binary(0).length;
      scored(
              peer,
              env.fromSource(
                  new SocketSource(port, recordBytes),
                  WatermarkStrategy.noWatermarks(),
                  "socket",
                  PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO))
          .map(
              due -> {
                LatencyMeter.current().record(due, System.nanoTime());
                return due;
              })
          .returns(Types.LONG)
          .sinkTo(new DiscardingSink<>());
      JobID job = cluster.submit(env);
      cluster.await(job);
    }
    OutputsDifferException.check(peer.title() + " behind a socket", errors.largestError());
    return meter;
  }

  /** Gives back when each record was due, once it is scored. */
  private DataStream<Long> scored(Peer peer, DataStream<byte[]> in) {
    Check check = new Check(subject.expected());
    if (peer == Peer.NAIVE) {
      return in.map(new StampedMap(new PeerMaps.TensorFlow(subject.savedModel(), 0), check))
          .returns(Types.LONG);
    }
    PredictionReader<byte[], Long> reader =
        (record, prediction, version) -> {
          check.accept(prediction.output(0).getFloat(0));
          return StampedMap.due(record);
        };
    return Pipelines.inference(peer, in, subject.savedModel(), CAP)
        .features(WRITER)
        .predictions(reader, Types.LONG)
        .predictions();
  }
}
