package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads a JSON number where it stands. Throws {@link NotPlain} for what is no number, for one with
 * more digits than are worth a special case, and for one that the type has no room for. Behind a
 * number there is always a byte that ends it. Not thread-safe.
 */
final class JsonNumber {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_LENGTH = 100;
  private static final int MAX_EXPONENT_DIGITS = 4;

  private long digits;
  private int exponent;
  private int end;

  /** Where the number ends that was read last. */
  int end() {
    return end;
  }

  /** The nearest double. */
  double real(byte[] source, int from) {
    boolean negative = source[from] == '-';
    int first = negative ? from + 1 : from;
    int point = whole(source, first);
    int next = point;
    int power = 0;
    if (source[next] == '.') {
      next = fraction(source, point + 1);
      power = point + 1 - next;
      NotPlain.unless(power < 0);
    }
    NotPlain.unless(next - first <= Decimals.MAX_DIGITS || hasFewDigits(source, first, next));
    if ((source[next] | 0x20) == 'e') {
      next = exponent(source, next + 1);
      power += exponent;
    }
    end = next;
    double value = Decimals.nearest(digits, power);
    NotPlain.unless(!Double.isNaN(value));
    if (!negative) {
      return value;
    }
    // To Jackson the integer -0 is 0; with a fraction or an exponent it has its sign.
    return next == point ? 0 - value : -value;
  }

  /** An integer that the type and a long have room for. */
  long integer(byte[] source, int from, ElementType type) {
    boolean negative = source[from] == '-';
    int first = negative ? from + 1 : from;
    end = whole(source, first);
    NotPlain.unless(end - first <= Decimals.MAX_DIGITS);
    // 19 digits fit 64 bits without a sign; of those with the top bit set, -2^63 alone is a long.
    NotPlain.unless(digits >= 0 || (negative && digits == Long.MIN_VALUE));
    long value = negative ? -digits : digits;
    NotPlain.unless(ElementRange.holdsInteger(type, value));
    return value;
  }

  /** The digits before the point: one zero, or no zero first. */
  private int whole(byte[] source, int from) {
    digits = 0;
    int to = digits(source, from);
    NotPlain.unless(to > from && (to == from + 1 || source[from] != '0'));
    return to;
  }

  private int digits(byte[] source, int from) {
    long value = digits;
    int next = from;
    for (int digit = source[next] - '0'; digit >= 0 && digit <= 9; digit = source[++next] - '0') {
      value = 10 * value + digit;
    }
    digits = value;
    return next;
  }

  // Eight at a time: floats mostly have 8 digits behind the point, doubles 16.
  private int fraction(byte[] source, int from) {
    int next = from;
    while (next + Long.BYTES <= source.length) {
      long eight = (long) LONGS.get(source, next);
      if (!areDigits(eight)) {
        break;
      }
      digits = 100_000_000 * digits + valueOf(eight);
      next += Long.BYTES;
    }
    return digits(source, next);
  }

  private static boolean areDigits(long eight) {
    return (((eight + 0x4646464646464646L) | (eight - 0x3030303030303030L)) & 0x8080808080808080L)
        == 0;
  }

  /** Pairs of digits, then fours, then all eight; the first digit is the lowest byte. */
  private static long valueOf(long eight) {
    long ones = eight - 0x3030303030303030L;
    long pairs = 10 * ones + (ones >>> 8);
    return ((pairs & 0x000000FF000000FFL) * (100 + (1_000_000L << 32))
            + ((pairs >>> 16) & 0x000000FF000000FFL) * (1 + (10_000L << 32)))
        >>> 32;
  }

  private int exponent(byte[] source, int from) {
    boolean negative = source[from] == '-';
    int first = negative || source[from] == '+' ? from + 1 : from;
    int value = 0;
    int next = first;
    for (int digit = source[next] - '0'; digit >= 0 && digit <= 9; digit = source[++next] - '0') {
      NotPlain.unless(next - first < MAX_EXPONENT_DIGITS);
      value = 10 * value + digit;
    }
    NotPlain.unless(next > first);
    exponent = negative ? -value : value;
    return next;
  }

  /** Whether the digits fit a long but for the zeros that they begin with. */
  private static boolean hasFewDigits(byte[] source, int from, int to) {
    int first = from;
    while (first < to && (source[first] == '0' || source[first] == '.')) {
      first++;
    }
    int count = to - first;
    for (int i = first; i < to; i++) {
      if (source[i] == '.') {
        count--;
      }
    }
    return count <= Decimals.MAX_DIGITS && to - from <= MAX_LENGTH;
  }
}
