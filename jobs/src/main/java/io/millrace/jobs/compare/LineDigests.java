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

  private final MessageDigest sha256;
  private final int[] sum = new int[SUM_BYTES / Integer.BYTES];
  private long[] digests = new long[1 << 10];
  private int size;
  private boolean sorted;

  LineDigests() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void add(byte[] line) {
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest(line));
    long carry = 0;
    for (int i = sum.length - 1; i >= 0; i--) {
      carry += (sum[i] & 0xffffffffL) + (digest.getInt(i * Integer.BYTES) & 0xffffffffL);
      sum[i] = (int) carry;
      carry >>>= Integer.SIZE;
    }
    if (size == digests.length) {
      digests = Arrays.copyOf(digests, Math.addExact(size, size));
    }
    digests[size++] = digest.getLong(0);
    sorted = false;
  }

  /** How many lines there are. */
  int size() {
    return size;
  }

  /** Whether the other has the same lines, each as often. */
  boolean isSame(LineDigests other) {
    return size == other.size && Arrays.equals(sum, other.sum);
  }

  /** How often there is this line. */
  int count(byte[] line) {
    return count(ByteBuffer.wrap(sha256.digest(line)).getLong());
  }

  /** How many of the lines the other does not have, each as often as it lacks. */
  long surplusOver(LineDigests other) {
    sort();
    long surplus = 0;
    for (int i = 0; i < size; ) {
      int end = i + 1;
      while (end < size && digests[end] == digests[i]) {
        end++;
      }
      surplus += Math.max(0, end - i - other.count(digests[i]));
      i = end;
    }
    return surplus;
  }

  private int count(long digest) {
    sort();
    int found = Arrays.binarySearch(digests, 0, size, digest);
    if (found < 0) {
      return 0;
    }
    int first = found;
    while (first > 0 && digests[first - 1] == digest) {
      first--;
    }
    int end = found + 1;
    while (end < size && digests[end] == digest) {
      end++;
    }
    return end - first;
  }

  private void sort() {
    if (!sorted) {
      Arrays.sort(digests, 0, size);
      sorted = true;
    }
  }
}
