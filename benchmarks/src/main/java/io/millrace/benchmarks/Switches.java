package io.millrace.benchmarks;

import io.millrace.benchmarks.SwitchedJob.Stretch;
import io.millrace.flink.InferenceOptions.CommandDelivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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

  /**
   * @param interval between two commands, at the least
   */
  static Switches measure(LocalCluster cluster, Subject subject, Duration interval)
      throws Exception {
    Path first = Path.of(subject.savedModel());
    Path folder = Objects.requireNonNull(first.getParent());
    Path second = SavedModelFile.write(subject.network(), folder.resolve("2"));
    try (SwitchedJob job =
        SwitchedJob.start(
            cluster,
            subject,
            folder,
            List.of(second, first),
            CommandDelivery.BROADCAST,
            PAIRS * EACH)) {
      Switches switches = drive(job, interval.toNanos());
      job.checkOutputs("version switches");
      return switches;
    }
  }

  private static Switches drive(SwitchedJob job, long interval) throws Exception {
    double[] with = new double[PAIRS];
    double[] without = new double[PAIRS];
    List<Double> gaps = new ArrayList<>();
    List<Double> gapsWithout = new ArrayList<>();
    for (int pair = 0; pair < PAIRS; pair++) {
      Stretch quiet = job.stretch(() -> job.pass(interval * EACH));
      Stretch busy = job.stretch(() -> switchEach(job, interval));
      without[pair] = quiet.recordsPerSecond();
      gapsWithout.add(quiet.gapMillis());
      with[pair] = busy.recordsPerSecond();
      gaps.add(busy.gapMillis());
    }
    return new Switches(
        PAIRS * EACH, Spread.ofRatios(with, without), Spread.of(gaps), Spread.of(gapsWithout));
  }

  private static void switchEach(SwitchedJob job, long interval) throws InterruptedException {
    for (int i = 0; i < EACH; i++) {
      long start = System.nanoTime();
      job.publishNext();
      job.pass(interval - (System.nanoTime() - start));
    }
  }
}
