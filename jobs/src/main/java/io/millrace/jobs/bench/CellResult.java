package io.millrace.jobs.bench;

import java.util.List;

/**
 * What the rounds say of one cell. The ratios are those of operator and bare engine in the same
 * round.
 *
 * @param loopPerSecond append, run and read without Flink
 * @param ofLoop share of that which the operator reaches
 * @param ofCall share of the run call alone which the operator reaches
 */
public record CellResult(
    Cell cell,
    Spread perSecond,
    Spread cpuMicros,
    Spread p50Micros,
    Spread p99Micros,
    Spread loopPerSecond,
    Spread ofLoop,
    Spread ofCall) {

  static CellResult of(Cell cell, List<Turn> turns) {
    return new CellResult(
        cell,
        Spread.of(turns, Turn::perSecond),
        Spread.of(turns, Turn::cpuMicros),
        Spread.of(turns, Turn::p50Micros),
        Spread.of(turns, Turn::p99Micros),
        Spread.of(turns, Turn::loopPerSecond),
        Spread.of(turns, turn -> turn.perSecond() / turn.loopPerSecond()),
        Spread.of(turns, turn -> turn.perSecond() / turn.callPerSecond()));
  }
}
