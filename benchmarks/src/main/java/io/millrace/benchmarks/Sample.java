package io.millrace.benchmarks;

/**
 * One measured run of an arm.
 *
 * @param cpuNanos of the whole process that the arm runs in, which the JVM counts in ticks of 10 ms
 * @param largestError the furthest that an output was from the expected one
 */
record Sample(int records, long wallNanos, long cpuNanos, float largestError) {
  private static final long TICK_NANOS = 10_000_000;

  double recordsPerSecond() {
    return records * 1e9 / wallNanos;
  }

  double cpuMicros() {
    // Less than a tick is not nothing.
    return Math.max(cpuNanos, TICK_NANOS / 2) / 1e3 / records;
  }
}
