package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import java.util.Arrays;

/** The shape of nested lists, as it is found out list by list. Not thread-safe. */
final class ListShape {
  private static final int UNSEEN = -1;

  private final Shape declared;
  private final String place;
  private final long[] found;
  private int deepest;

  /**
   * @param declared dimensions below an empty list are as declared, or 0
   * @param maxDepth that lists of unknown rank can have
   */
  ListShape(Shape declared, int maxDepth, String place) {
    this.declared = declared;
    this.place = place;
    this.found = new long[declared.hasRank() ? declared.rank() : maxDepth];
    Arrays.fill(found, UNSEEN);
  }

  /** Whether a list at this depth is a dimension, of which there is one then. */
  boolean enter(int depth) {
    if (depth == found.length) {
      return false;
    }
    deepest = Math.max(deepest, depth + 1);
    return true;
  }

  /**
   * Notes how long a list is that was entered.
   *
   * @throws RecordException WRONG_SHAPE if another one of its depth was longer or shorter
   */
  void leave(int depth, long length) {
    if (found[depth] != UNSEEN && found[depth] != length) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE,
          place
              + ": the lists at depth "
              + depth
              + " have "
              + found[depth]
              + " and "
              + length
              + " elements; expected as many in each");
    }
    found[depth] = length;
  }

  /** The shape of elements of this kind, after all lists. */
  Shape of(ElementKind kind) {
    if (!declared.hasRank()) {
      int rank = kind == ElementKind.COMPLEX ? Math.max(deepest - 1, 0) : deepest;
      return Shape.of(Arrays.copyOf(found, rank));
    }
    for (int i = 0; i < found.length; i++) {
      if (found[i] == UNSEEN) {
        found[i] = Math.max(declared.dimension(i), 0);
      }
    }
    return Shape.of(found);
  }
}
