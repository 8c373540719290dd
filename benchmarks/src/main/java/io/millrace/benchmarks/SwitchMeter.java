package io.millrace.benchmarks;

import java.util.concurrent.Semaphore;

/**
 * What leaves a job in which versions are switched: how much, after what gaps, by which version.
 * Written by the one thread of the job, read by the one that drives it.
 */
final class SwitchMeter {
  /** The clock is read as often as this many records, here and without switches alike. */
  private static final int STRIDE = 16;

  private static volatile SwitchMeter current = new SwitchMeter();

  private final Semaphore commands = new Semaphore(0);
  private volatile long records;
  private volatile long longestGapNanos;
  private volatile long version;
  private volatile boolean forgetGap;
  private long seen;
  private long last;

  private SwitchMeter() {}

  static SwitchMeter begin() {
    SwitchMeter meter = new SwitchMeter();
    current = meter;
    return meter;
  }

  static SwitchMeter current() {
    return current;
  }

  /** Called for each record that leaves. */
  void left(long scoredBy) {
    if (++seen % STRIDE != 0) {
      return;
    }
    long now = System.nanoTime();
    if (forgetGap) {
      longestGapNanos = 0;
      forgetGap = false;
    } else if (last != 0 && now - last > longestGapNanos) {
      longestGapNanos = now - last;
    }
    last = now;
    records = seen;
    version = scoredBy;
  }

  /** Of the records that have left. */
  long records() {
    return records;
  }

  /** Which version scored last. */
  long version() {
    return version;
  }

  double longestGapMillis() {
    return longestGapNanos / 1e6;
  }

  void forgetGap() {
    forgetGap = true;
  }

  /** Lets one more command go to the job. */
  void allowCommand() {
    commands.release();
  }

  /** Blocks until one more command may go. */
  void awaitCommand() throws InterruptedException {
    commands.acquire();
  }
}
