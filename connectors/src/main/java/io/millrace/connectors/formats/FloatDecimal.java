package io.millrace.connectors.formats;

import java.math.BigInteger;

/**
 * The shortest decimal that reads as the same {@code float32}, closest to it of all that are as
 * short, with two digits at least: what {@link Float#toString} gives from Java 19 on, and not yet
 * in Java 17.
 *
 * <p>After Raffaello Giulietti, "The Schubfach way to render doubles" (2020), for binary32: with
 * {@code 10^k <= width < 10^(k+1)} the interval of what rounds to the value, which is as wide as
 * the spacing of values there, holds a multiple of {@code 10^k} at least, and one of {@code
 * 10^(k+1)} at most, so that only the neighbours of the value are to be looked at. They are
 * compared in units of {@code 10^k / 4}, rounded to odd, by one multiplication each.
 */
final class FloatDecimal {
  /** Characters at the most: nine digits, a point, two signs, the E and two more digits. */
  static final int MAX_LENGTH = 15;

  private static final int SIGNIFICAND_BITS = 23;
  private static final int HIDDEN_BIT = 1 << SIGNIFICAND_BITS;
  private static final int MIN_EXPONENT = Float.MIN_EXPONENT - SIGNIFICAND_BITS;
  private static final int MAX_EXPONENT = Float.MAX_EXPONENT - SIGNIFICAND_BITS;

  // Below, two digits need a multiple of a smaller power of ten than the spacing has.
  private static final int TINY = 8;

  // Values of more digits before the point, and of more zeros behind it, have an exponent.
  private static final int MAX_PLAIN_POINT = 7;
  private static final int MIN_PLAIN_POINT = -2;

  private static final int[] POWERS_OF_TEN = {
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
  };

  /** The digits of 00 to 99. */
  private static final char[] PAIRS = new char[200];

  static {
    for (int i = 0; i < PAIRS.length / 2; i++) {
      PAIRS[2 * i] = (char) ('0' + i / 10);
      PAIRS[2 * i + 1] = (char) ('0' + i % 10);
    }
  }

  private static final int POWER_BITS = 63;
  private static final int SHIFT = 33;
  private static final long STICKY = (1L << 31) - 1;

  /** Where the next smaller value is as far away as the next larger one. */
  private static final Scale[] REGULAR = scales(0);

  /** Where it is half as far: at powers of two. */
  private static final Scale[] IRREGULAR = scales(Math.log10(0.75));

  private FloatDecimal() {}

  /**
   * What multiples of {@code 2^q} are scaled with.
   *
   * @param k the power of ten that is the unit
   * @param power {@code 10^-k}, its first 63 bits, and one more
   * @param shift by which a multiple is to the left, so that the product is where it is expected
   */
  private record Scale(int k, long power, int shift) {}

  private static Scale[] scales(double logarithm) {
    Scale[] scales = new Scale[MAX_EXPONENT - MIN_EXPONENT + 1];
    for (int i = 0; i < scales.length; i++) {
      int q = MIN_EXPONENT + i;
      int k = (int) Math.floor(q * Math.log10(2) + logarithm);
      BigInteger ten = BigInteger.TEN.pow(Math.abs(k));
      // 10^-k = numerator / denominator, of which the quotient is to have 63 bits.
      BigInteger numerator = k < 0 ? ten : BigInteger.ONE;
      BigInteger denominator = k < 0 ? BigInteger.ONE : ten;
      int log2 = k < 0 ? ten.bitLength() - 1 : k == 0 ? 0 : -ten.bitLength();
      int left = POWER_BITS - 1 - log2;
      BigInteger quotient =
          numerator.shiftLeft(Math.max(0, left)).divide(denominator.shiftLeft(Math.max(0, -left)));
      scales[i] = new Scale(k, quotient.longValueExact() + 1, q + log2 + SHIFT);
    }
    return scales;
  }

  /**
   * Writes a value.
   *
   * @param value finite
   * @return where its text ends
   */
  static int write(float value, char[] text, int start) {
    int bits = Float.floatToRawIntBits(value);
    int at = start;
    if (bits < 0) {
      text[at++] = '-';
    }
    int exponent = (bits >>> SIGNIFICAND_BITS) & 0xff;
    int fraction = bits & (HIDDEN_BIT - 1);
    if (exponent > 0) {
      boolean regular = fraction > 0 || exponent == 1;
      Scale scale = (regular ? REGULAR : IRREGULAR)[exponent - 1];
      return writeScaled(fraction | HIDDEN_BIT, regular, scale, 0, text, at);
    }
    if (fraction == 0) {
      return write(0, 0, text, at);
    }
    boolean tiny = fraction < TINY;
    return writeScaled(tiny ? 10 * fraction : fraction, true, REGULAR[0], tiny ? -1 : 0, text, at);
  }

  private static int writeScaled(
      int significand, boolean regular, Scale scale, int power, char[] text, int at) {
    // An interval whose middle is an odd multiple is an open one.
    int open = significand & 1;
    long quarters = 4L * significand;
    long scaling = scale.power();
    int middle = scaled(scaling, quarters << scale.shift());
    int least = scaled(scaling, quarters - (regular ? 2 : 1) << scale.shift()) + open;
    int most = scaled(scaling, quarters + 2 << scale.shift()) - open;
    int below = middle >> 2;
    int k = scale.k() + power;
    if (below >= 100) {
      int shorter = below / 10 * 10;
      boolean shorterIsIn = least <= shorter << 2;
      boolean nextIsIn = shorter + 10 << 2 <= most;
      if (shorterIsIn != nextIsIn) {
        return write(shorterIsIn ? shorter : shorter + 10, k, text, at);
      }
    }
    boolean belowIsIn = least <= below << 2;
    boolean aboveIsIn = below + 1 << 2 <= most;
    if (belowIsIn != aboveIsIn) {
      return write(belowIsIn ? below : below + 1, k, text, at);
    }
    int half = (below << 2) + 2;
    boolean up = middle > half || middle == half && (below & 1) == 1;
    return write(up ? below + 1 : below, k, text, at);
  }

  /** A product without its last bits, of which the lowest says whether there were any. */
  private static int scaled(long scaling, long multiple) {
    long high = Math.multiplyHigh(scaling, multiple);
    return (int) (high >>> 31 | (high & STICKY) + STICKY >>> 31);
  }

  /** Writes {@code digits * 10^k}. */
  private static int write(int digits, int k, char[] text, int start) {
    int shortest = digits;
    int power = k;
    while (shortest >= 10 && shortest % 10 == 0) {
      shortest /= 10;
      power++;
    }
    int length = length(shortest);
    int point = length + power;
    if (point > MAX_PLAIN_POINT || point < MIN_PLAIN_POINT) {
      return writeWithExponent(shortest, length, point - 1, text, start);
    }
    int at = start;
    if (point <= 0) {
      text[at++] = '0';
      text[at++] = '.';
      for (int zero = point; zero < 0; zero++) {
        text[at++] = '0';
      }
      return putDigits(shortest, length, text, at);
    }
    if (point >= length) {
      at = putDigits(shortest, length, text, at);
      for (int zero = length; zero < point; zero++) {
        text[at++] = '0';
      }
      text[at++] = '.';
      text[at++] = '0';
      return at;
    }
    return putWithPoint(shortest, length, point, text, at);
  }

  private static int writeWithExponent(
      int digits, int length, int exponent, char[] text, int start) {
    // A digit stands behind the point, if only a zero.
    int at =
        length == 1
            ? putWithPoint(10 * digits, 2, 1, text, start)
            : putWithPoint(digits, length, 1, text, start);
    text[at++] = 'E';
    if (exponent < 0) {
      text[at++] = '-';
    }
    int magnitude = Math.abs(exponent);
    return putDigits(magnitude, length(magnitude), text, at);
  }

  /** The point within the digits: they are put a place further, and those before it put back. */
  private static int putWithPoint(int digits, int length, int point, char[] text, int start) {
    int end = putDigits(digits, length, text, start + 1);
    System.arraycopy(text, start + 1, text, start, point);
    text[start + point] = '.';
    return end;
  }

  private static int putDigits(int digits, int length, char[] text, int start) {
    int rest = digits;
    int at = start + length;
    while (rest >= 10) {
      int hundredth = rest / 100;
      int pair = 2 * (rest - 100 * hundredth);
      text[--at] = PAIRS[pair + 1];
      text[--at] = PAIRS[pair];
      rest = hundredth;
    }
    if (at > start) {
      text[start] = (char) ('0' + rest);
    }
    return start + length;
  }

  /** Of digits, of which there are most often eight or nine. */
  private static int length(int digits) {
    int length = POWERS_OF_TEN.length;
    while (length > 1 && digits < POWERS_OF_TEN[length - 1]) {
      length--;
    }
    return length;
  }
}
