package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** Runs any arm once, for about as long as any other; over Kafka, for four times as long. */
final class ArmRunner {
  private static final int STEP = 2 * Records.POOL;
  private static final int MOST = 4_000_000;
  private static final int PASSES = 6;
  private static final double GROWTH = 12;

  /** Clients that connect and flush take tenths of a second, whatever there is to send. */
  private static final int KAFKA_TIMES = 4;

  private final LocalCluster cluster;
  private final Map<Network, Subject> subjects;
  private final DjlProcess djl;
  private final @Nullable KafkaEnds kafka;
  private final double seconds;
  private final Map<Arm, Integer> records = new HashMap<>();

  /**
   * @param seconds that a run in memory is to take, its start not counted
   */
  ArmRunner(
      LocalCluster cluster,
      Map<Network, Subject> subjects,
      DjlProcess djl,
      @Nullable KafkaEnds kafka,
      double seconds) {
    this.cluster = cluster;
    this.subjects = subjects;
    this.djl = djl;
    this.kafka = kafka;
    this.seconds = seconds;
  }

  /**
   * Lets the JVM compile what the arm runs, and finds out how many records fill the time. A run has
   * costs that do not grow with its records, so it is tried out rather than computed from a short
   * one.
   */
  void warmUp(Arm arm) throws Exception {
    boolean overKafka = arm.setting().transport() == Transport.KAFKA;
    double wanted = overKafka ? KAFKA_TIMES * seconds : seconds;
    int count = rounded(arm, STEP * 8);
    double taken = run(arm, count).wallNanos() / 1e9;
    for (int pass = 0; pass < PASSES && taken < wanted * 0.7; pass++) {
      int next = rounded(arm, count * Math.min(GROWTH, Math.max(1.2, wanted / taken)));
      if (next == count && pass > 1) {
        break;
      }
      count = next;
      taken = run(arm, count).wallNanos() / 1e9;
    }
    records.put(arm, count);
  }

  private int rounded(Arm arm, double wanted) {
    int most = MOST;
    if (arm.setting().transport() == Transport.KAFKA && kafka != null) {
      most = kafka.limit(arm.setting().format());
    }
    // The engine's loop counts whole batches: of 512 rows, 4 times this step.
    int step = arm.peer() == Peer.ENGINE ? 4 * STEP : STEP;
    int count = (int) Math.min(wanted, most);
    return Math.max(step, count / step * step);
  }

  Sample run(Arm arm) throws Exception {
    return run(arm, records.getOrDefault(arm, STEP));
  }

  private Sample run(Arm arm, int count) throws Exception {
    Subject subject = subject(arm);
    Sample sample =
        switch (arm.peer()) {
          case LOOP -> Loops.plain(subject, arm.setting().cap(), count);
          case ENGINE -> Loops.engine(subject, arm.setting().cap(), count);
          case DJL -> djl.run(count);
          default -> runJob(arm, subject, count);
        };
    OutputsDifferException.check(arm.toText(), sample.largestError());
    return sample;
  }

  private Subject subject(Arm arm) {
    Subject subject = subjects.get(arm.setting().network());
    if (subject == null) {
      throw new IllegalStateException("no files of " + arm.setting().network());
    }
    return subject;
  }

  private Sample runJob(Arm arm, Subject subject, int count) throws Exception {
    StreamExecutionEnvironment env = LocalCluster.environment(arm.setting().parallelism());
    if (arm.setting().transport() == Transport.KAFKA) {
      return runKafkaJob(env, arm, subject, count);
    }
    addMemoryJob(env, arm, subject, count);
    Meter meter = Meter.begin(count);
    cluster.run(env);
    return meter.sample(arm.toText());
  }

  private Sample runKafkaJob(StreamExecutionEnvironment env, Arm arm, Subject subject, int count)
      throws Exception {
    if (kafka == null) {
      throw new IllegalStateException("no broker was started");
    }
    String output = kafka.newOutput();
    kafka.addJob(env, arm, subject, count, output);
    Meter meter = Meter.begin(count);
    cluster.run(env);
    // The sink has sent all that it holds only when the job has ended.
    meter.stop();
    kafka.delete(output);
    return meter.sample(arm.toText());
  }

  private static void addMemoryJob(
      StreamExecutionEnvironment env, Arm arm, Subject subject, int count) {
    Check check = arm.peer().scores() ? new Check(subject.expected()) : Check.ofCount();
    int cap = arm.setting().cap();
    MemoryEnds.check(
        arm.setting().format() == Format.JSON
            ? Pipelines.json(arm.peer(), MemoryEnds.json(env, count), subject, cap)
            : Pipelines.binary(arm.peer(), MemoryEnds.binary(env, count), subject, cap),
        check);
  }
}
