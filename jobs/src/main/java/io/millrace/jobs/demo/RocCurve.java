package io.millrace.jobs.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The receiver operating characteristic of scores against labels.
 *
 * @param area the probability that a positive scores above a negative, ties counting half; NaN
 *     where one of the two is absent
 * @param points from (0, 0) to (1, 1)
 */
record RocCurve(double area, List<Point> points) {

  /** What a threshold catches: shares of the negatives and of the positives. */
  record Point(double falsePositives, double truePositives) {}

  /** The scores of positives and negatives may be in any order. */
  static RocCurve of(float[] scores, boolean[] labels) {
    Integer[] order = new Integer[scores.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -scores[i]));
    long positives = 0;
    for (boolean label : labels) {
      positives += label ? 1 : 0;
    }
    long negatives = labels.length - positives;
    if (positives == 0 || negatives == 0) {
      return new RocCurve(Double.NaN, List.of());
    }
    List<Point> points = new ArrayList<>();
    points.add(new Point(0, 0));
    double area = 0;
    long caught = 0;
    long alarms = 0;
    for (int i = 0; i < order.length; ) {
      float score = scores[order[i]];
      long caughtBefore = caught;
      long alarmsBefore = alarms;
      for (; i < order.length && scores[order[i]] == score; i++) {
        if (labels[order[i]]) {
          caught++;
        } else {
          alarms++;
        }
      }
      area += (alarms - alarmsBefore) * (caught + caughtBefore) / 2.0;
      points.add(new Point((double) alarms / negatives, (double) caught / positives));
    }
    return new RocCurve(area / positives / negatives, thin(points));
  }

  /** Keeps what a plot can show. */
  private static List<Point> thin(List<Point> points) {
    List<Point> kept = new ArrayList<>();
    Point last = points.get(points.size() - 1);
    double x = -1;
    double y = -1;
    for (Point point : points) {
      if (point.falsePositives() - x >= 0.004
          || point.truePositives() - y >= 0.004
          || point == last) {
        kept.add(point);
        x = point.falsePositives();
        y = point.truePositives();
      }
    }
    return List.copyOf(kept);
  }
}
