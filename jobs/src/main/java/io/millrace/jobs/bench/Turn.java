package io.millrace.jobs.bench;

/**
 * What one cell did in one round.
 *
 * @param perSecond records a second through the operator
 * @param cpuMicros process CPU for each of them
 * @param p50Micros latency of a record in the operator, median
 * @param p99Micros the same, 99th percentile
 * @param loopPerSecond records a second of the bare engine: append, run and read without Flink
 * @param callPerSecond records a second of the bare call: run alone
 */
record Turn(
    double perSecond,
    double cpuMicros,
    double p50Micros,
    double p99Micros,
    double loopPerSecond,
    double callPerSecond) {}
