package io.millrace.jobs.bench;

import java.io.IOException;
import org.HdrHistogram.Histogram;

/**
 * Holds the subtasks of one cell's pipeline back until it is their turn, and adds up what they did
 * in it. Thread-safe.
 */
final class Gate {
  /** A look whether the job still runs, while somebody waits for it. */
  interface Check {
    void run() throws IOException;
  }

  private static final long CHECK_MILLIS = 500;

  private final int subtasks;
  private int waiting;
  private long turn;
  private long nanos;
  private long records;
  private double perSecond;
  private final Histogram latency = Meter.newHistogram();

  Gate(int subtasks) {
    this.subtasks = subtasks;
  }

  /** Blocks a subtask until its turn; returns how long that is. */
  synchronized long await() throws InterruptedException {
    long last = turn;
    waiting++;
    notifyAll();
    while (turn == last) {
      wait();
    }
    return nanos;
  }

  /** What a subtask did in its turn. */
  synchronized void report(long count, long elapsedNanos, Histogram latencies) {
    records += count;
    perSecond += count * 1e9 / elapsedNanos;
    latency.add(latencies);
  }

  /** Waits until every subtask stands at the gate. */
  synchronized void awaitAll(Check check) throws InterruptedException, IOException {
    while (waiting < subtasks) {
      wait(CHECK_MILLIS);
      if (waiting < subtasks) {
        check.run();
      }
    }
  }

  /** Lets the subtasks run for so long and waits until they are back. */
  synchronized void run(long turnNanos, Check check) throws InterruptedException, IOException {
    awaitAll(check);
    records = 0;
    perSecond = 0;
    latency.reset();
    waiting = 0;
    nanos = turnNanos;
    turn++;
    notifyAll();
    awaitAll(check);
  }

  synchronized long records() {
    return records;
  }

  synchronized double perSecond() {
    return perSecond;
  }

  synchronized double latencyMicros(double percentile) {
    return latency.getValueAtPercentile(percentile) / 1e3;
  }
}
