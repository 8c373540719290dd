package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A figure that was measured several times.
 *
 * @param count how often
 */
record Spread(
    double median, double min, double lowerQuartile, double upperQuartile, double max, int count) {

  /**
   * @throws IllegalArgumentException without a value, or with one that is not a number
   */
  static Spread of(double... values) {
    if (values.length == 0 || Arrays.stream(values).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException(
          "values " + Arrays.toString(values) + ": expected one or more numbers");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(
        quantile(sorted, 0.5),
        sorted[0],
        quantile(sorted, 0.25),
        quantile(sorted, 0.75),
        sorted[sorted.length - 1],
        sorted.length);
  }

  static Spread of(List<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * The ratio of each pair: a drift of the machine that both saw cancels out.
   *
   * @throws IllegalArgumentException for two lists of different lengths
   */
  static Spread ofRatios(double[] numerators, double[] denominators) {
    if (numerators.length != denominators.length) {
      throw new IllegalArgumentException(
          numerators.length + " and " + denominators.length + " values: expected pairs");
    }
    double[] ratios = new double[numerators.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = numerators[i] / denominators[i];
    }
    return of(ratios);
  }

  /** How far the values lie apart, as a share of the median. */
  double variation() {
    return (max - min) / median;
  }

  /** {@code 41.2 (38.0..43.9)}. */
  String toText() {
    String format =
        median >= 100
            ? "%,.0f (%,.0f..%,.0f)"
            : median >= 10 ? "%.1f (%.1f..%.1f)" : "%.2f (%.2f..%.2f)";
    return String.format(Locale.ROOT, format, median, min, max);
  }

  // Between the two nearest values where the place falls between them.
  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
