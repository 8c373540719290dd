package io.millrace.jobs.whatif;

import java.util.Arrays;

/** For each of some thresholds, how many intervals it lies in. */
final class ThresholdCounts {
  private final double[] thresholds;

  /** What the count at a threshold is more than at the one before. */
  private final long[] steps;

  private boolean summed;

  /**
   * @param thresholds in ascending order
   */
  ThresholdCounts(double[] thresholds) {
    this.thresholds = thresholds;
    this.steps = new long[thresholds.length + 1];
  }

  /** Counts the thresholds that are more than the first and not more than the second. */
  void add(double from, double to) {
    if (from < to) {
      steps[after(from)]++;
      steps[after(to)]--;
    }
  }

  // The first threshold that is more.
  private int after(double number) {
    int found = Arrays.binarySearch(thresholds, number);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Once all are added. */
  long at(int threshold) {
    if (!summed) {
      for (int i = 1; i < steps.length; i++) {
        steps[i] += steps[i - 1];
      }
      summed = true;
    }
    return steps[threshold];
  }
}
