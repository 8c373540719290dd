package io.millrace.model;

import java.io.Serializable;
import java.util.List;

/**
 * How many rows a run may have: any number up to a maximum, or one of a few sizes, so that a batch
 * is padded to the next of them.
 *
 * <pre>{@code
 * BatchSizes.upTo(128).padded(20);            // 20
 * BatchSizes.of(List.of(8, 32, 128)).padded(20); // 32
 * }</pre>
 *
 * @param max rows in a run at the most
 * @param allowed the sizes, strictly increasing, the last of them {@code max}; empty for any
 */
public record BatchSizes(int max, List<Integer> allowed) implements Serializable {

  public BatchSizes {
    allowed = List.copyOf(allowed);
    if (max < 1) {
      throw new IllegalArgumentException("maxRows " + max + ": expected >= 1");
    }
    int last = 0;
    for (int size : allowed) {
      if (size <= last) {
        throw new IllegalArgumentException(
            "sizes " + allowed + ": expected integers >= 1 in strictly increasing order");
      }
      last = size;
    }
    if (!allowed.isEmpty() && last != max) {
      throw new IllegalArgumentException(
          "sizes " + allowed + ": expected the last to be the largest batch, " + max);
    }
  }

  /** Any number of rows up to this one. */
  public static BatchSizes upTo(int max) {
    return new BatchSizes(max, List.of());
  }

  /** These sizes alone, strictly increasing. */
  public static BatchSizes of(List<Integer> allowed) {
    return new BatchSizes(allowed.isEmpty() ? 0 : allowed.get(allowed.size() - 1), allowed);
  }

  /** How many rows a run has in which {@code rows} are wanted: as many, or more. */
  public int padded(int rows) {
    for (int i = 0; i < allowed.size(); i++) {
      if (allowed.get(i) >= rows) {
        return allowed.get(i);
      }
    }
    return rows;
  }

  /** The sizes that are worth a warm-up: each, or the largest where any is allowed. */
  public List<Integer> warmUp() {
    return allowed.isEmpty() ? List.of(max) : allowed;
  }
}
