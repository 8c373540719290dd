package io.millrace.jobs.whatif;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The pairs that differ most; of equals, those that were read first. */
final class LargestDifferences {
  static final int LIMIT = 20;

  private static final Comparator<Pair> ORDER =
      Comparator.comparingDouble(Pair::size)
          .reversed()
          .thenComparingLong(pair -> pair.base().ordinal());

  private final PriorityQueue<Pair> pairs = new PriorityQueue<>(ORDER.reversed());

  /** The rows of one record. */
  record Pair(Row base, Row other) {
    double difference() {
      return other.value() - base.value();
    }

    private double size() {
      return Math.abs(difference());
    }
  }

  void add(Row base, Row other) {
    Pair pair = new Pair(base, other);
    if (pair.size() == 0 || (pairs.size() == LIMIT && ORDER.compare(pair, pairs.element()) > 0)) {
      return;
    }
    pairs.add(pair);
    if (pairs.size() > LIMIT) {
      pairs.poll();
    }
  }

  List<Pair> sorted() {
    List<Pair> sorted = new ArrayList<>(pairs);
    sorted.sort(ORDER);
    return sorted;
  }
}
