package io.millrace.tensorflow;

import java.util.Arrays;

/**
 * The rows of one input, each in its own shape, one behind the other. For a run they are packed:
 * padded to the longest of those that take part.
 */
final class UnlikeRows {
  /** How many times the elements that the records have a run may have at the most. */
  static final int MAX_WASTE = 8;

  /** What padding may take whatever its share: too little to matter. */
  static final int SMALL_BYTES = 64 << 10;

  private final InputWriter next;
  private final InputWriter kept;
  private final InputWriter packed;
  private final PaddedRow layout;
  private final int rank;
  private final long[] inner;
  private final long[] longest;
  private final long[] longestOfRun;
  private long[] dimensions;
  private int[] startOf = new int[16];
  private int rows;
  private int end;

  /**
   * @param next where a row is written first
   * @param kept where the rows wait
   * @param packed what a run sees
   */
  UnlikeRows(InputWriter next, InputWriter kept, InputWriter packed) {
    this.next = next;
    this.kept = kept;
    this.packed = packed;
    this.layout = new PaddedRow(packed);
    this.rank = packed.dimensions().length;
    this.inner = new long[rank];
    this.longest = new long[rank];
    this.longestOfRun = new long[rank];
    this.dimensions = new long[startOf.length * rank];
  }

  /**
   * Whether the next row may share a run with those at hand, all padded to the longest.
   *
   * @param maxBytes what a run may take, unless that of the rows at hand takes it already
   */
  boolean admitNext(long maxBytes) {
    if (rows == 0) {
      packed.rowShape(next.dimensions());
      return true;
    }
    double unitsAtHand = packed.unitsPerElement();
    double units = unitsAtHand;
    for (int i = 0; i < rank; i++) {
      unitsAtHand *= longest[i];
      units *= Math.max(longest[i], next.dimensions()[i]);
    }
    double bytes = packed.bytesOf(rows + 1, units);
    double useful = (double) end + next.unitsPerRow();
    boolean outgrows = bytes > maxBytes && bytes > packed.bytesOf(rows, unitsAtHand);
    boolean wasteful = bytes > SMALL_BYTES && (rows + 1) * units > MAX_WASTE * useful;
    return !outgrows && !wasteful;
  }

  /** Keeps the row that was written. */
  void keepNext() {
    if (rows == startOf.length) {
      startOf = Arrays.copyOf(startOf, rows * 2);
      dimensions = Arrays.copyOf(dimensions, startOf.length * rank);
    }
    kept.keepRow(end, next);
    startOf[rows] = end;
    System.arraycopy(next.dimensions(), 0, dimensions, rows * rank, rank);
    enlarge(longest, rows);
    end += next.unitsPerRow();
    rows++;
  }

  private void enlarge(long[] largest, int row) {
    for (int i = 0; i < rank; i++) {
      largest[i] = Math.max(largest[i], dimensions[row * rank + i]);
    }
  }

  /** Shows rows {@code from} to {@code to} as the first of those that a run sees. */
  void pack(int from, int to) {
    if (packed.isOfKnownShape()) {
      packed.reserveRows(to - from);
      packed.showUnits(kept, startOf[from], 0, (to - from) * packed.unitsPerRow());
      return;
    }
    Arrays.fill(longestOfRun, 0);
    for (int row = from; row < to; row++) {
      enlarge(longestOfRun, row);
    }
    packed.rowShape(longestOfRun);
    packed.reserveRows(to - from);
    for (int row = from; row < to; row++) {
      System.arraycopy(dimensions, row * rank, inner, 0, rank);
      layout.show(kept, inner, startOf[row], (row - from) * packed.unitsPerRow());
    }
  }

  void clear() {
    rows = 0;
    end = 0;
    Arrays.fill(longest, 0);
  }
}
