package io.millrace.jobs.demo;

import java.time.Duration;

/**
 * How many records are due: a linear rise to the target, in which a fresh JVM compiles its code,
 * then the target.
 */
record Pace(int ratePerSecond, Duration rise) {

  /** How many are due after this long. */
  long due(Duration elapsed) {
    double seconds = elapsed.toNanos() / 1e9;
    double rising = rise.toNanos() / 1e9;
    double full = seconds < rising ? seconds * seconds / (2 * rising) : seconds - rising / 2;
    return (long) (full * ratePerSecond);
  }
}
