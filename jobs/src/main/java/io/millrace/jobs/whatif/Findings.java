package io.millrace.jobs.whatif;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a comparison.
 *
 * @param total of all pairs of two finite numbers
 * @param slices in the order of their sizes, what is left over last; empty if none were asked for
 * @param scorers the pairs of versions
 * @param spread of the differences, null if there is no pair
 * @param plots null if there is no pair
 */
record Findings(
    Question question,
    Side base,
    Side other,
    Joined joined,
    Tally total,
    List<Slice> slices,
    List<ScorerPair> scorers,
    @Nullable Quantiles spread,
    @Nullable PlotData plots,
    List<Shown> shown) {
  Findings {
    slices = List.copyOf(slices);
    scorers = List.copyOf(scorers);
    shown = List.copyOf(shown);
  }

  /**
   * @param repeated pairs whose key a side has more than once, and which were paired in the order
   *     of reading
   * @param notFinite pairs of which one number is none or infinite
   */
  record Joined(long repeated, long notFinite, long onlyBase, long onlyOther) {}

  /** A slice and what it amounts to. */
  record Slice(String label, Tally tally) {}

  /** What came of the records that one version scored there and another one here. */
  record ScorerPair(Scorer base, Scorer other, Tally tally) {}

  /** Differences that so many in a hundred do not exceed. */
  record Quantiles(
      double min,
      double p1,
      double p5,
      double p25,
      double p50,
      double p75,
      double p95,
      double p99,
      double max) {}

  /** A record whose numbers differ much, or which one side alone has. */
  record Shown(
      @Nullable Double base, @Nullable Double other, String place, String key, String fields) {}
}
