package io.millrace.benchmarks;

import io.millrace.benchmarks.Arm.Peer;
import io.millrace.benchmarks.Setting.Format;
import io.millrace.benchmarks.Setting.Transport;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Runs any arm once, for about as long as any other; over Kafka and from files, for four times as
 * long.
 */
final class ArmRunner {
  private static final int STEP = 2 * Records.POOL;
  private static final int MOST = 4_000_000;
  private static final int PASSES = 6;
  private static final double GROWTH = 12;

  /** A file is long enough to be read for a while before anything is compiled. */
  private static final int LEAST_PASSES = 3;

  /**
   * Clients that connect and flush take tenths of a second, whatever there is to send; files that
   * are synced and committed take some of it.
   */
  private static final int OUTSIDE_TIMES = 4;

  private final LocalCluster cluster;
  private final Map<Network, Subject> subjects;
  private final @Nullable DjlProcess djl;
  private final @Nullable KafkaEnds kafka;
  private final @Nullable FileEnds files;
  private final double seconds;
  private final Map<Arm, Integer> records = new HashMap<>();

  /**
   * @param djl null, as are the next two, where no arm needs it
   * @param seconds that a run in memory is to take, its start not counted
   */
  ArmRunner(
      LocalCluster cluster,
      Map<Network, Subject> subjects,
      @Nullable DjlProcess djl,
      @Nullable KafkaEnds kafka,
      @Nullable FileEnds files,
      double seconds) {
    this.cluster = cluster;
    this.subjects = subjects;
    this.djl = djl;
    this.kafka = kafka;
    this.files = files;
    this.seconds = seconds;
  }

  /**
   * Lets the JVM compile what the arm runs, and finds out how many records fill the time. A run has
   * costs that do not grow with its records, so it is tried out rather than computed from a short
   * one.
   */
  void warmUp(Arm arm) throws Exception {
    boolean inMemory = arm.setting().transport() == Transport.MEMORY;
    double wanted = inMemory ? seconds : OUTSIDE_TIMES * seconds;
    int count = rounded(arm, STEP * 8);
    double taken = run(arm, count).wallNanos() / 1e9;
    int least = arm.setting().transport() == Transport.FILES ? LEAST_PASSES : 0;
    for (int pass = 0; pass < PASSES && (pass < least || taken < wanted * 0.7); pass++) {
      double growth = taken < wanted * 0.7 ? Math.max(1.2, wanted / taken) : 1;
      int next = rounded(arm, count * Math.min(GROWTH, growth));
      if (next == count && pass > Math.max(1, least)) {
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
    if (arm.setting().transport() == Transport.FILES && files != null) {
      most = files.limit(arm.setting().format());
      // Whole files, as many for each subtask.
      step = arm.setting().parallelism() * files.each(arm.setting().format());
    }
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
          case DJL -> required(djl, "DJL").run(count);
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
      return runKafkaJob(required(kafka, "broker"), env, arm, subject, count);
    }
    if (arm.setting().transport() == Transport.FILES) {
      return required(files, "files").run(cluster, env, arm, subject, count);
    }
    addMemoryJob(env, arm, subject, count);
    Meter meter = Meter.begin(count);
    cluster.run(env);
    return meter.sample(arm.toText());
  }

  private static <T> T required(@Nullable T end, String name) {
    if (end == null) {
      throw new IllegalStateException("no " + name + ": expected what the arms need");
    }
    return end;
  }

  private Sample runKafkaJob(
      KafkaEnds ends, StreamExecutionEnvironment env, Arm arm, Subject subject, int count)
      throws Exception {
    String output = ends.newOutput();
    ends.addJob(env, arm, subject, count, output);
    Meter meter = Meter.begin(count);
    cluster.run(env);
    // The sink has sent all that it holds only when the job has ended.
    meter.stop();
    ends.delete(output);
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
