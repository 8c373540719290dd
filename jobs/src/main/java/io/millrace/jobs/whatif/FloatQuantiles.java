package io.millrace.jobs.whatif;

import java.util.HashMap;
import java.util.Map;

/**
 * Quantiles of any number of values, exact but for their being rounded to {@code float}: a first
 * pass counts them by the upper half of their bits, a second one by the lower half where a quantile
 * is.
 */
final class FloatQuantiles {
  private static final int HALF = 1 << Short.SIZE;

  private final long[] upper = new long[HALF];
  private final Map<Integer, long[]> lower = new HashMap<>();
  private long size;

  /** First pass. */
  void count(double value) {
    upper[ordered(value) >>> Short.SIZE]++;
    size++;
  }

  /** After the first pass: about the value that this share of values does not exceed. */
  double estimate(double share) {
    return value(bucket(share) << Short.SIZE);
  }

  /** After the first pass: names a quantile that is wanted exactly. */
  void want(double share) {
    lower.putIfAbsent(bucket(share), new long[HALF]);
  }

  /** Second pass, over the same values. */
  void refine(double value) {
    int ordered = ordered(value);
    long[] counts = lower.get(ordered >>> Short.SIZE);
    if (counts != null) {
      counts[ordered & (HALF - 1)]++;
    }
  }

  /** The least value that is not exceeded by this share of the values. */
  double quantile(double share) {
    int bucket = bucket(share);
    long[] counts = lower.get(bucket);
    if (counts == null) {
      throw new IllegalStateException("nobody wanted the quantile " + share);
    }
    long rank = rank(share);
    for (int i = 0; i < bucket; i++) {
      rank -= upper[i];
    }
    int low = 0;
    while (low < HALF - 1 && (rank -= counts[low]) > 0) {
      low++;
    }
    return value(bucket << Short.SIZE | low);
  }

  private long rank(double share) {
    return Math.max(1, (long) Math.ceil(share * size));
  }

  private int bucket(double share) {
    long rank = rank(share);
    int bucket = 0;
    while (bucket < HALF - 1 && (rank -= upper[bucket]) > 0) {
      bucket++;
    }
    return bucket;
  }

  // The bits of floats, so turned that as unsigned numbers they are in the order of the values.
  private static int ordered(double value) {
    int bits = Float.floatToIntBits((float) (value == 0 ? 0.0 : value));
    return bits ^ (bits >> 31 | Integer.MIN_VALUE);
  }

  private static double value(int ordered) {
    return Float.intBitsToFloat(ordered ^ (~ordered >> 31 | Integer.MIN_VALUE));
  }
}
