package io.millrace.jobs.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import org.HdrHistogram.Histogram;

/**
 * The figures of a run in progress. Output becomes visible in steps, a checkpoint at a time, so
 * they are taken over a few seconds.
 */
final class Gauges {
  private static final long WINDOW_NANOS = 3_000_000_000L;

  private record Reading(long nanoTime, int returned, Histogram latency) {}

  private final int total;
  private final ResultReader results;
  private final StatusLog status;
  private final Deque<Reading> window = new ArrayDeque<>();

  Gauges(int total, ResultReader results, StatusLog status) {
    this.total = total;
    this.results = results;
    this.status = status;
  }

  Progress.Moment read() {
    long now = System.nanoTime();
    int returned = results.returned();
    window.addLast(new Reading(now, returned, results.latency().getIntervalHistogram()));
    while (now - window.getFirst().nanoTime() > WINDOW_NANOS) {
      window.removeFirst();
    }
    Reading first = window.getFirst();
    double seconds = Math.max(1e-9, (now - first.nanoTime()) / 1e9);
    Histogram latency = new Histogram(3);
    window.forEach(it -> latency.add(it.latency()));
    return new Progress.Moment(
        returned,
        total,
        window.size() == 1 ? 0 : (returned - first.returned()) / seconds,
        latency.getValueAtPercentile(50) / 1e3,
        latency.getValueAtPercentile(99) / 1e3,
        status.liveVersions());
  }
}
