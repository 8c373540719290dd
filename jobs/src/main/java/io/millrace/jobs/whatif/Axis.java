package io.millrace.jobs.whatif;

/**
 * How numbers are laid out along an axis: as they are, or by their log odds where all are within 0
 * and 1, as scores are that crowd at both ends.
 *
 * @param odds whether it is by log odds
 * @param from its beginning, as it is laid out
 * @param to its end
 */
record Axis(boolean odds, double from, double to) {
  private static final double LEAST = 1e-6;

  /** The axis that has room for these. */
  static Axis of(double least, double most) {
    boolean odds = least >= 0 && most <= 1;
    double from = odds ? logOdds(least) : least;
    double to = odds ? logOdds(most) : most;
    return to > from ? new Axis(odds, from, to) : new Axis(odds, from - 0.5, to + 0.5);
  }

  private static double logOdds(double share) {
    double within = Math.min(Math.max(share, LEAST), 1 - LEAST);
    return Math.log(within / (1 - within));
  }

  /** Which of so many cells of one width a number is in. */
  int cell(double number, int cells) {
    double place = ((odds ? logOdds(number) : number) - from) / (to - from);
    return (int) Math.min(Math.max(place * cells, 0), cells - 1);
  }

  /** Numbers at one distance of each other, from the beginning to the end. */
  double[] steps(int count) {
    double[] steps = new double[count];
    for (int i = 0; i < count; i++) {
      double place = from + (to - from) * i / (count - 1);
      steps[i] = odds ? 1 / (1 + Math.exp(-place)) : place;
    }
    return steps;
  }
}
