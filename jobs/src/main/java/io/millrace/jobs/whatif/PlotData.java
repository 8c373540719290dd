package io.millrace.jobs.whatif;

import java.util.ArrayList;
import java.util.List;

/**
 * What the report plots; numbers alone, whose names its script knows.
 *
 * @param cells of the density, those with pairs: column by the base, row by the other, count
 * @param differences how they are spread
 * @param thresholds what would be decided at others than the one that was asked for
 */
record PlotData(
    double threshold,
    Axis axis,
    int size,
    List<long[]> cells,
    Spread differences,
    List<AtThreshold> thresholds) {

  PlotData {
    cells = List.copyOf(cells);
    thresholds = List.copyOf(thresholds);
  }

  /**
   * @param reach the bins are of one width from minus this to this
   * @param bins pairs in each; an odd number of them, so that one has zero in its middle
   * @param below pairs whose difference is less than minus the reach
   * @param above pairs whose difference is more than the reach
   */
  record Spread(double reach, List<Long> bins, long below, long above) {
    Spread {
      bins = List.copyOf(bins);
    }
  }

  /** How many pairs are a yes of the base, of the other, and of only one. */
  record AtThreshold(double threshold, long base, long other, long newly, long nomore) {}

  /** Counts the pairs, which all lie on the axis. Not thread-safe. */
  static final class Counter implements NumberPairs.Visitor {
    private static final int SIZE = 56;
    private static final int BINS = 81;
    private static final int THRESHOLDS = 161;

    private final Axis axis;
    private final double reach;
    private final long[][] cells = new long[SIZE][SIZE];
    private final long[] bins = new long[BINS];
    private final double[] thresholds;
    private final ThresholdCounts base;
    private final ThresholdCounts other;
    private final ThresholdCounts newly;
    private final ThresholdCounts nomore;
    private long below;
    private long above;

    /**
     * @param reach up to which differences have bins
     */
    Counter(Axis axis, double reach) {
      this.axis = axis;
      this.reach = reach;
      this.thresholds = axis.steps(THRESHOLDS);
      this.base = new ThresholdCounts(thresholds);
      this.other = new ThresholdCounts(thresholds);
      this.newly = new ThresholdCounts(thresholds);
      this.nomore = new ThresholdCounts(thresholds);
    }

    @Override
    public void pair(double left, double right) {
      cells[axis.cell(left, SIZE)][axis.cell(right, SIZE)]++;
      countDifference(right - left);
      base.add(Double.NEGATIVE_INFINITY, left);
      other.add(Double.NEGATIVE_INFINITY, right);
      newly.add(left, right);
      nomore.add(right, left);
    }

    private void countDifference(double difference) {
      if (difference < -reach) {
        below++;
      } else if (difference > reach) {
        above++;
      } else {
        int bin = reach == 0 ? BINS / 2 : (int) ((difference / reach + 1) / 2 * BINS);
        bins[Math.min(bin, BINS - 1)]++;
      }
    }

    PlotData data(double threshold) {
      List<long[]> filled = new ArrayList<>();
      for (int column = 0; column < SIZE; column++) {
        for (int row = 0; row < SIZE; row++) {
          if (cells[column][row] > 0) {
            filled.add(new long[] {column, row, cells[column][row]});
          }
        }
      }
      List<Long> counts = new ArrayList<>();
      for (long bin : bins) {
        counts.add(bin);
      }
      List<AtThreshold> at = new ArrayList<>();
      for (int i = 0; i < THRESHOLDS; i++) {
        at.add(new AtThreshold(thresholds[i], base.at(i), other.at(i), newly.at(i), nomore.at(i)));
      }
      return new PlotData(
          threshold, axis, SIZE, filled, new Spread(reach, counts, below, above), at);
    }
  }
}
