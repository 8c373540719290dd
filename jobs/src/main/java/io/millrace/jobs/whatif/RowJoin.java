package io.millrace.jobs.whatif;

import java.io.IOException;

/** Finds the two halves of each record, a partition of both sides after the other. */
final class RowJoin {
  private final Visitor visitor;
  private long repeated;

  /** Takes what is found. */
  interface Visitor {
    void pair(Row base, Row other) throws IOException;

    void onlyBase(Row row);

    void onlyOther(Row row);
  }

  private RowJoin(Visitor visitor) {
    this.visitor = visitor;
  }

  /**
   * Visits every row once. Rows of one key are paired in the order of reading.
   *
   * @return how many pairs have a key that a side has more than once
   */
  static long run(SpilledRows base, SpilledRows other, Visitor visitor) throws IOException {
    RowJoin join = new RowJoin(visitor);
    for (int i = 0; i < SpilledRows.PARTITIONS; i++) {
      join.merge(base.read(i), other.read(i));
    }
    return join.repeated;
  }

  private void merge(Row[] base, Row[] other) throws IOException {
    int i = 0;
    int j = 0;
    while (i < base.length || j < other.length) {
      int order = i == base.length ? 1 : j == other.length ? -1 : base[i].compareKey(other[j]);
      if (order < 0) {
        visitor.onlyBase(base[i++]);
      } else if (order > 0) {
        visitor.onlyOther(other[j++]);
      } else {
        int endBase = end(base, i);
        int endOther = end(other, j);
        int pairs = Math.min(endBase - i, endOther - j);
        repeated += Math.max(endBase - i, endOther - j) > 1 ? pairs : 0;
        for (int pair = 0; pair < pairs; pair++) {
          visitor.pair(base[i++], other[j++]);
        }
        while (i < endBase) {
          visitor.onlyBase(base[i++]);
        }
        while (j < endOther) {
          visitor.onlyOther(other[j++]);
        }
      }
    }
  }

  private static int end(Row[] rows, int from) {
    int end = from + 1;
    while (end < rows.length && rows[end].compareKey(rows[from]) == 0) {
      end++;
    }
    return end;
  }
}
