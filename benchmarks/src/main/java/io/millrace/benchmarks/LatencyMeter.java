package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * Latencies by the time at which records were due, in windows of 100 ms. Written by the one thread
 * of the job that is measured, read when the job has ended.
 */
final class LatencyMeter {
  static final long WINDOW_MILLIS = 100;

  private static final long WINDOW_NANOS = WINDOW_MILLIS * 1_000_000;
  private static final long HIGHEST_MICROS = 600_000_000;
  private static final int DIGITS = 2;

  private static volatile LatencyMeter current = new LatencyMeter();

  private final List<Histogram> windows = new ArrayList<>();
  private final List<Integer> arrivals = new ArrayList<>();
  private long start;

  private LatencyMeter() {}

  static LatencyMeter begin() {
    LatencyMeter meter = new LatencyMeter();
    current = meter;
    return meter;
  }

  static LatencyMeter current() {
    return current;
  }

  void record(long due, long now) {
    if (windows.isEmpty()) {
      start = due;
    }
    int window = (int) ((due - start) / WINDOW_NANOS);
    while (windows.size() <= window) {
      windows.add(new Histogram(HIGHEST_MICROS, DIGITS));
    }
    windows.get(window).recordValue(Math.min((now - due) / 1000, HIGHEST_MICROS));
    int arrival = (int) ((now - start) / WINDOW_NANOS);
    while (arrivals.size() <= arrival) {
      arrivals.add(0);
    }
    arrivals.set(arrival, arrivals.get(arrival) + 1);
  }

  /** Records a second that left between two times since the first was due. */
  double throughput(long fromMillis, long toMillis) {
    long sum = 0;
    for (int i = index(fromMillis); i < index(toMillis) && i < arrivals.size(); i++) {
      sum += arrivals.get(i);
    }
    return sum * 1e3 / (toMillis - fromMillis);
  }

  /** Of the records that were due between two times since the first was. */
  Histogram between(long fromMillis, long toMillis) {
    Histogram sum = new Histogram(HIGHEST_MICROS, DIGITS);
    for (int i = index(fromMillis); i < index(toMillis) && i < windows.size(); i++) {
      sum.add(windows.get(i));
    }
    return sum;
  }

  /**
   * How long after a time it takes until half of the records due in a window, and in all later
   * ones, are within a bound; empty if never.
   */
  OptionalLong millisUntilWithin(long boundMicros, long fromMillis) {
    int steady = windows.size();
    while (steady > index(fromMillis)
        && windows.get(steady - 1).getValueAtPercentile(50) <= boundMicros) {
      steady--;
    }
    return steady == windows.size()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, steady * WINDOW_MILLIS - fromMillis));
  }

  private static int index(long millis) {
    return (int) (millis / WINDOW_MILLIS);
  }
}
