package io.millrace.jobs.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The median of some rounds, and how far they lie apart. */
public record Spread(double median, double min, double max) {

  /**
   * @throws IllegalArgumentException if there are no values
   */
  static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values: expected one for each round");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  static Spread of(List<Turn> turns, ToDoubleFunction<Turn> figure) {
    return of(turns.stream().mapToDouble(figure).toArray());
  }

  /** Half the range, as a share of the median: the figure behind a plus-minus sign. */
  double relative() {
    return median == 0 ? 0 : (max - min) / 2 / median;
  }
}
