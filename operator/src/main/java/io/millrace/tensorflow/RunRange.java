package io.millrace.tensorflow;

import java.util.Objects;

/** The rows of a batch that its last run answered; none where that is forgotten. */
final class RunRange {
  private int from;
  private int to;

  /**
   * Refuses what cannot be run.
   *
   * @param rows at hand
   */
  static void check(int from, int to, int rows) {
    Objects.checkFromToIndex(from, to, rows);
    if (from == to) {
      throw new IllegalArgumentException("no rows to run: " + from + " to " + to);
    }
  }

  void set(int from, int to) {
    this.from = from;
    this.to = to;
  }

  void forget() {
    set(0, 0);
  }

  /**
   * Which of the answers is a row's.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  int indexOf(int row) {
    if (row < from || row >= to) {
      throw new IndexOutOfBoundsException(
          "row " + row + " is not in the last run, rows " + from + " to " + to);
    }
    return row - from;
  }
}
