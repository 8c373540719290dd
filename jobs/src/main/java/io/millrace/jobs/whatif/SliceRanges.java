package io.millrace.jobs.whatif;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** Ranges that numbers fall into: below the first bound, between two, from the last on. */
final class SliceRanges {
  // Bounds are what the labels say of them.
  private static final MathContext DIGITS = new MathContext(3);

  private final double[] bounds;

  private SliceRanges(double[] bounds) {
    this.bounds = bounds;
  }

  /**
   * Bounds that cut the numbers into ranges of about as many each.
   *
   * @param sorted numbers, at least one
   */
  static SliceRanges of(double[] sorted, int count) {
    double[] bounds = new double[count - 1];
    for (int i = 1; i < count; i++) {
      double quantile = sorted[(int) ((long) sorted.length * i / count)];
      bounds[i - 1] = new BigDecimal(quantile).round(DIGITS).doubleValue();
    }
    return new SliceRanges(Arrays.stream(bounds).sorted().distinct().toArray());
  }

  /** How many ranges there are. */
  int count() {
    return bounds.length + 1;
  }

  /** The number of the range. */
  int range(double number) {
    int found = Arrays.binarySearch(bounds, number);
    return found >= 0 ? found + 1 : -found - 1;
  }

  String label(int range) {
    if (bounds.length == 0) {
      return "all";
    }
    if (range == 0) {
      return "below " + text(bounds[0]);
    }
    return range == bounds.length
        ? text(bounds[range - 1]) + " and more"
        : text(bounds[range - 1]) + " to " + text(bounds[range]);
  }

  static String text(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
