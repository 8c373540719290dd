package io.millrace.jobs.whatif;

/** What the pairs of a slice amount to. Not thread-safe. */
final class Tally {
  private final Question question;
  private final long[] decisions = new long[4];
  private long identical;
  private double sum;
  private double absolute;
  private double largest;

  Tally(Question question) {
    this.question = question;
  }

  void add(double base, double other) {
    double difference = other - base;
    decisions[(question.isYes(base) ? 2 : 0) + (question.isYes(other) ? 1 : 0)]++;
    identical += base == other ? 1 : 0;
    sum += difference;
    absolute += Math.abs(difference);
    largest = Math.max(largest, Math.abs(difference));
  }

  /** Takes in what another one has. */
  void add(Tally other) {
    for (int i = 0; i < decisions.length; i++) {
      decisions[i] += other.decisions[i];
    }
    identical += other.identical;
    sum += other.sum;
    absolute += other.absolute;
    largest = Math.max(largest, other.largest);
  }

  long pairs() {
    return decisions[0] + decisions[1] + decisions[2] + decisions[3];
  }

  /** How many pairs are this: a yes or no of the one, then of the other. */
  long decided(boolean base, boolean other) {
    return decisions[(base ? 2 : 0) + (other ? 1 : 0)];
  }

  long changed() {
    return decided(false, true) + decided(true, false);
  }

  long baseYes() {
    return decided(true, true) + decided(true, false);
  }

  long otherYes() {
    return decided(true, true) + decided(false, true);
  }

  /** Pairs of one number. */
  long identical() {
    return identical;
  }

  double mean() {
    return sum / Math.max(1, pairs());
  }

  double meanAbsolute() {
    return absolute / Math.max(1, pairs());
  }

  double largest() {
    return largest;
  }
}
