package io.millrace.benchmarks;

import java.util.Locale;

/**
 * A figure that the project holds itself to.
 *
 * @param atLeast whether the figure is to be the mark or above; otherwise the mark or below
 */
record Mark(String claim, Spread figure, double mark, boolean atLeast, String unit) {

  static Mark atLeast(String claim, Spread figure, double mark) {
    return new Mark(claim, figure, mark, true, "x");
  }

  static Mark atMostMillis(String claim, Spread figure, double mark) {
    return new Mark(claim, figure, mark, false, "ms");
  }

  /** Whether the median does. */
  public boolean holds() {
    return atLeast ? figure.median() >= mark : figure.median() <= mark;
  }

  /** {@code HOLD FFNN against the naive map, chained 45.1 (43.0..47.2) x, mark >= 40}. */
  String toText() {
    return String.format(
        Locale.ROOT,
        "%s  %-62s %22s %-2s mark %s %s",
        holds() ? "HOLD" : "MISS",
        claim,
        figure.toText(),
        unit,
        atLeast ? ">=" : "<=",
        mark == Math.rint(mark) ? Long.toString((long) mark) : Double.toString(mark));
  }
}
