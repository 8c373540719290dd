package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One fixed loop, measured all through the run: where it varies, the machine was not the same for
 * all arms and their ratios say nothing.
 */
final class Anchor {
  static final double ALLOWED = 0.15;

  private final List<Double> rounds = new ArrayList<>();
  private final List<Double> current = new ArrayList<>();

  void add(double recordsPerSecond) {
    current.add(recordsPerSecond);
  }

  /** A round is as fast as the median of the loops within it. */
  void endRound() {
    rounds.add(Spread.of(current).median());
    current.clear();
  }

  Spread spread() {
    return Spread.of(rounds);
  }

  boolean isSteady() {
    return spread().variation() <= ALLOWED;
  }

  String toText() {
    return String.format(
        Locale.ROOT,
        "anchor (bare engine call): %s records/s, varies by %.0f%% over %d rounds, allowed %.0f%%",
        spread().toText(),
        spread().variation() * 100,
        rounds.size(),
        ALLOWED * 100);
  }
}
