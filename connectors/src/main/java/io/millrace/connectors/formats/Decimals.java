package io.millrace.connectors.formats;

import java.math.BigInteger;

/**
 * The double nearest to a decimal number of up to 19 digits, ties to even: what {@link
 * Double#parseDouble} answers, from the digits that a scanner has read already.
 *
 * <p>Source: W. D. Clinger, How to Read Floating Point Numbers Accurately (1990), where digits and
 * power are exact doubles; elsewhere D. Lemire, Number Parsing at a Gigabyte per Second (2021),
 * which needs no slower algorithm behind it as N. Mushtak and D. Lemire, Fast Number Parsing
 * Without Fallback (2023), prove.
 */
final class Decimals {
  /** More digits do not fit the 64 bits of a significand. */
  static final int MAX_DIGITS = 19;

  private static final int MIN_POWER = -342;
  private static final int MAX_POWER = 308;
  private static final int MAX_EXACT_POWER = 22;
  private static final long MAX_EXACT_DIGITS = 1L << 53;
  private static final int FRACTION_BITS = 52;
  private static final int EXPONENT_BIAS = 1023;
  private static final int EXPONENT_OF_INFINITY = 2047;

  private static final double[] POWERS_OF_TEN = powersOfTen();

  /** 128 bits of each power of five, the most significant one set; high half first. */
  private static final long[] POWERS_OF_FIVE = powersOfFive();

  private Decimals() {}

  /**
   * {@code digits * 10^power}, or NaN where that is subnormal, or too large for a double.
   *
   * @param digits unsigned
   */
  static double nearest(long digits, int power) {
    if (digits >= 0
        && digits <= MAX_EXACT_DIGITS
        && power >= -MAX_EXACT_POWER
        && power <= MAX_EXACT_POWER) {
      return power < 0 ? digits / POWERS_OF_TEN[-power] : digits * POWERS_OF_TEN[power];
    }
    if (digits == 0) {
      return 0;
    }
    return power < MIN_POWER || power > MAX_POWER ? Double.NaN : rounded(digits, power);
  }

  private static double rounded(long digits, int power) {
    int zeros = Long.numberOfLeadingZeros(digits);
    long normal = digits << zeros;
    int entry = 2 * (power - MIN_POWER);
    long low = normal * POWERS_OF_FIVE[entry];
    long high = multiplyHigh(normal, POWERS_OF_FIVE[entry]);
    // All ones below the bits that are kept: the rest of the power may carry into them.
    if ((high & 0x1FF) == 0x1FF) {
      long rest = multiplyHigh(normal, POWERS_OF_FIVE[entry + 1]);
      low += rest;
      if (Long.compareUnsigned(low, rest) < 0) {
        high++;
      }
    }
    int top = (int) (high >>> 63);
    int shift = top + 64 - FRACTION_BITS - 3;
    long fraction = high >>> shift;
    // Halfway between two doubles, which only these powers can hit: round to even.
    boolean half = (low == 0 || low == 1) && (fraction & 3) == 1 && fraction << shift == high;
    if (half && power >= -4 && power <= 23) {
      fraction--;
    }
    return compose((fraction + (fraction & 1)) >>> 1, binaryExponent(power) + top - zeros);
  }

  /** {@code floor(power * log2(10)) + 63}. */
  private static int binaryExponent(int power) {
    return ((217706 * power) >> 16) + 63;
  }

  private static double compose(long fraction, int exponent) {
    boolean carried = fraction >> (FRACTION_BITS + 1) != 0;
    int biased = exponent + EXPONENT_BIAS + (carried ? 1 : 0);
    if (exponent + EXPONENT_BIAS < 1 || biased >= EXPONENT_OF_INFINITY) {
      return Double.NaN;
    }
    long bits = (carried ? 0 : fraction) & ((1L << FRACTION_BITS) - 1);
    return Double.longBitsToDouble((long) biased << FRACTION_BITS | bits);
  }

  /** The upper half of the product of unsigned numbers. */
  private static long multiplyHigh(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
  }

  private static double[] powersOfTen() {
    double[] powers = new double[MAX_EXACT_POWER + 1];
    double power = 1;
    for (int i = 0; i < powers.length; i++) {
      powers[i] = power;
      power *= 10;
    }
    return powers;
  }

  private static long[] powersOfFive() {
    long[] table = new long[2 * (MAX_POWER - MIN_POWER + 1)];
    for (int power = MIN_POWER; power <= MAX_POWER; power++) {
      BigInteger five = BigInteger.valueOf(5).pow(Math.abs(power));
      BigInteger bits =
          power >= 0
              ? five.shiftLeft(128).shiftRight(five.bitLength())
              // Reciprocals are rounded up, as the proof wants them.
              : BigInteger.ONE.shiftLeft(five.bitLength() + 127).divide(five).add(BigInteger.ONE);
      table[2 * (power - MIN_POWER)] = bits.shiftRight(64).longValue();
      table[2 * (power - MIN_POWER) + 1] = bits.longValue();
    }
    return table;
  }
}
