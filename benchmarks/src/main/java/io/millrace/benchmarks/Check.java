package io.millrace.benchmarks;

import java.io.Serializable;

/**
 * Compares each score with the one expected at its place: the records of the pool come in turn, to
 * each subtask whole pools in order. Tells the meter at the end of each pool.
 */
final class Check implements Serializable {
  private static final long serialVersionUID = 1L;

  private final float[] expected;
  private int next;
  private float largestError;

  Check(float[] expected) {
    this.expected = expected;
  }

  /** Accepts any score: of arms that run no model. */
  static Check ofCount() {
    return new Check(new float[0]);
  }

  void accept(float score) {
    if (expected.length > 0) {
      // Of two, NaN is the larger: it stays.
      largestError = Math.max(largestError, Math.abs(score - expected[next]));
    }
    if (++next == Records.POOL) {
      next = 0;
      Meter.current().left(Records.POOL, largestError);
    }
  }
}
