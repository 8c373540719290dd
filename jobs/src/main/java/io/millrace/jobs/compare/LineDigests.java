package io.millrace.jobs.compare;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A multiset of lines in eight bytes each, whatever their order. Whether two are equal is decided
 * by the sum of the SHA-256 of their lines, all 256 bits of it; which lines differ, by 64 bits.
 * Filled first, asked then.
 */
final class LineDigests {
  /** What is carried beyond them is dropped. */
  private static final int SUM_BYTES = 32;

  // An array of all would end at two thousand million lines.
  private static final int BUCKET_BITS = 8;

  private final MessageDigest sha256;
  private final int[] sum = new int[SUM_BYTES / Integer.BYTES];
  private final DigestBucket[] buckets = new DigestBucket[1 << BUCKET_BITS];
  private long size;

  LineDigests() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    Arrays.setAll(buckets, i -> new DigestBucket());
  }

  void add(byte[] line) {
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest(line));
    long carry = 0;
    for (int i = sum.length - 1; i >= 0; i--) {
      carry += (sum[i] & 0xffffffffL) + (digest.getInt(i * Integer.BYTES) & 0xffffffffL);
      sum[i] = (int) carry;
      carry >>>= Integer.SIZE;
    }
    long number = digest.getLong(0);
    bucket(number).add(number);
    size++;
  }

  private DigestBucket bucket(long number) {
    return buckets[(int) (number >>> (Long.SIZE - BUCKET_BITS))];
  }

  /** How many lines there are. */
  long size() {
    return size;
  }

  /** Whether the other has the same lines, each as often. */
  boolean isSame(LineDigests other) {
    return size == other.size && Arrays.equals(sum, other.sum);
  }

  /** What tells a line from others here. */
  long digest(byte[] line) {
    return ByteBuffer.wrap(sha256.digest(line)).getLong();
  }

  /** How often there is the line of this digest. */
  long count(long digest) {
    return bucket(digest).count(digest);
  }

  /** How many of the lines the other does not have, each as often as it lacks. */
  long surplusOver(LineDigests other) {
    long surplus = 0;
    for (int i = 0; i < buckets.length; i++) {
      surplus += buckets[i].surplusOver(other.buckets[i]);
    }
    return surplus;
  }
}
