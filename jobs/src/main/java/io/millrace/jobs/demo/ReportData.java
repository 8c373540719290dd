package io.millrace.jobs.demo;

import io.millrace.model.ModelEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What the report plots; times are seconds from the first record.
 *
 * @param publishedAt when the second version was published
 * @param warmUp until when latencies do not count
 */
record ReportData(
    double publishedAt,
    double warmUp,
    List<Interval> intervals,
    SortedMap<Integer, Scores> scores,
    SortedMap<Integer, List<RocCurve.Point>> roc,
    List<Event> events) {
  private static final double INTERVAL_SECONDS = 0.5;

  /** The records made within half a second, as rates and percentiles in milliseconds. */
  record Interval(
      double from,
      double to,
      SortedMap<Integer, Double> scoredPerSecond,
      double rejectedPerSecond,
      double p50,
      double p99,
      double visibleP50) {}

  /**
   * How a version's scores spread.
   *
   * @param from lower end of the first bin, as log odds
   * @param width of a bin
   * @param legitimate share of the legitimate transactions in each bin
   * @param fraud share of the frauds in each bin
   */
  record Scores(double from, double width, List<Double> legitimate, List<Double> fraud) {
    private static final double FROM = -13;
    private static final double TO = 5;
    private static final int BINS = 72;

    static Scores of(Ledger ledger, int version) {
      double width = (TO - FROM) / BINS;
      double[][] bins = new double[2][BINS];
      double[] totals = new double[2];
      for (int id = 0; id < ledger.sent(); id++) {
        if (ledger.timesScored(id) > 0 && ledger.version(id) == version) {
          double score = Math.min(Math.max(ledger.score(id), 1e-6), 1 - 1e-6);
          int bin = (int) ((Math.log(score / (1 - score)) - FROM) / width);
          int label = ledger.fraud(id) ? 1 : 0;
          bins[label][Math.min(Math.max(bin, 0), BINS - 1)]++;
          totals[label]++;
        }
      }
      return new Scores(FROM, width, shares(bins[0], totals[0]), shares(bins[1], totals[1]));
    }

    private static List<Double> shares(double[] counts, double total) {
      List<Double> shares = new ArrayList<>();
      for (double count : counts) {
        shares.add(count / Math.max(1, total));
      }
      return shares;
    }
  }

  /** A state that a version reached on a subtask. */
  record Event(double at, int subtask, long version, String state, boolean active) {}

  static ReportData of(
      Ledger ledger, Summary summary, List<ModelEvent> events, Instant publishedAt) {
    long start = ledger.sent() == 0 ? publishedAt.toEpochMilli() : ledger.sentMillis(0);
    SortedMap<Integer, Scores> scores = new TreeMap<>();
    SortedMap<Integer, List<RocCurve.Point>> roc = new TreeMap<>();
    for (Summary.Version version : summary.versions().values()) {
      scores.put(version.version(), Scores.of(ledger, version.version()));
      roc.put(version.version(), version.roc().points());
    }
    List<Event> timeline = new ArrayList<>();
    for (ModelEvent it : events) {
      double at = secondsAfter(start, it.time());
      timeline.add(new Event(at, it.subtask(), it.version(), it.state().name(), it.active()));
    }
    return new ReportData(
        secondsAfter(start, publishedAt),
        summary.warmUp().toMillis() / 1e3,
        intervals(ledger, start),
        scores,
        roc,
        timeline);
  }

  private static double secondsAfter(long startMillis, Instant time) {
    return Duration.between(Instant.ofEpochMilli(startMillis), time).toNanos() / 1e9;
  }

  /** Full intervals only: a part of one would look like a drop of the rate. */
  private static List<Interval> intervals(Ledger ledger, long start) {
    List<Interval> intervals = new ArrayList<>();
    int id = 0;
    for (int index = 0; ; index++) {
      double from = index * INTERVAL_SECONDS;
      long end = start + (long) ((from + INTERVAL_SECONDS) * 1e3);
      int first = id;
      while (id < ledger.sent() && ledger.sentMillis(id) < end) {
        id++;
      }
      if (id == ledger.sent()) {
        return intervals;
      }
      intervals.add(interval(ledger, first, id, from));
    }
  }

  private static Interval interval(Ledger ledger, int first, int end, double from) {
    SortedMap<Integer, Double> scored = new TreeMap<>();
    double rejected = 0;
    Histogram latency = new Histogram(3);
    Histogram visible = new Histogram(3);
    for (int id = first; id < end; id++) {
      if (ledger.timesScored(id) > 0) {
        scored.merge(ledger.version(id), 1 / INTERVAL_SECONDS, Double::sum);
        latency.recordValue(ledger.latencyMicros(id));
        visible.recordValue(Math.max(0, ledger.visibleMillis(id)));
      } else if (ledger.timesRejected(id) > 0) {
        rejected += 1 / INTERVAL_SECONDS;
      }
    }
    return new Interval(
        from,
        from + INTERVAL_SECONDS,
        scored,
        rejected,
        latency.getValueAtPercentile(50) / 1e3,
        latency.getValueAtPercentile(99) / 1e3,
        visible.getValueAtPercentile(50));
  }
}
