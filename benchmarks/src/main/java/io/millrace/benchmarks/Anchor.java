package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One fixed loop, measured all through the run: where it varies, the machine was not the same for
 * all arms and their ratios say nothing.
 */
final class Anchor {
  static final double ALLOWED = 0.15;

  private final List<Double> rounds = new ArrayList<>();
  private final List<Double> current = new ArrayList<>();
  private int leftOut;

  void add(double recordsPerSecond) {
    current.add(recordsPerSecond);
  }

  /** A round is as fast as the median of the loops within it. */
  void endRound() {
    rounds.add(Spread.of(current).median());
    current.clear();
  }

  /**
   * The numbers of so many rounds, of those that lie closest together, if they are steady; else
   * none.
   */
  List<Integer> steadiest(int wanted) {
    List<Integer> sorted =
        IntStream.range(0, rounds.size())
            .boxed()
            .sorted(Comparator.comparing(rounds::get))
            .toList();
    List<Integer> best = List.of();
    double least = Double.POSITIVE_INFINITY;
    for (int first = 0; first + wanted <= sorted.size(); first++) {
      List<Integer> window = sorted.subList(first, first + wanted);
      double variation = Spread.of(window.stream().map(rounds::get).toList()).variation();
      if (variation <= ALLOWED && variation < least) {
        least = variation;
        best = window;
      }
    }
    return best.stream().sorted().toList();
  }

  /** Forgets all rounds but these. */
  void keep(List<Integer> numbers) {
    List<Double> kept = numbers.stream().map(rounds::get).toList();
    leftOut += rounds.size() - kept.size();
    rounds.clear();
    rounds.addAll(kept);
  }

  /** How many rounds were forgotten, as the machine was another in them. */
  int leftOut() {
    return leftOut;
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
        "anchor (bare engine call): %s records/s, varies by %.0f%% over %d rounds, %d left out,"
            + " allowed %.0f%%",
        spread().toText(),
        spread().variation() * 100,
        rounds.size(),
        leftOut,
        ALLOWED * 100);
  }
}
