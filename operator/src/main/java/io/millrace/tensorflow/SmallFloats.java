package io.millrace.tensorflow;

/**
 * Floating-point formats of 16 and 8 bits, which Java 17 does not know: IEEE 754 binary16, Google's
 * bfloat16, and the two of "FP8 Formats for Deep Learning" (arXiv:2209.05433).
 */
final class SmallFloats {
  private static final int SIGN = 0x8000;

  private SmallFloats() {}

  /** Rounds to the nearest float16, ties to even. */
  static short toFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & SIGN;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7E00);
    }
    // 65520 lies half-way between the largest float16 and the power of two behind it.
    if (magnitude >= 65520f) {
      return (short) (sign | 0x7C00);
    }
    if (magnitude < 0x1p-14f) {
      // A subnormal counts units of 2^-24; rint rounds ties to even.
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
    }
    int magnitudeBits = bits & 0x7FFF_FFFF;
    int rounded = magnitudeBits + 0xFFF + ((magnitudeBits >>> 13) & 1);
    return (short) (sign | ((rounded - (112 << 23)) >>> 13));
  }

  static float fromFloat16(short bits) {
    return decode(bits < 0, (bits >>> 10) & 0x1F, bits & 0x3FF, 10, 15);
  }

  /** Rounds to the nearest bfloat16, ties to even. */
  static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static float fromFloat8E5m2(byte bits) {
    return decode(bits < 0, (bits >>> 2) & 0x1F, bits & 0x3, 2, 15);
  }

  /** This format has no infinities, and one NaN of each sign. */
  static float fromFloat8E4m3fn(byte bits) {
    if ((bits & 0x7F) == 0x7F) {
      return Float.NaN;
    }
    int exponent = (bits >>> 3) & 0xF;
    int mantissa = bits & 0x7;
    float magnitude =
        exponent == 0 ? Math.scalb((float) mantissa, -9) : Math.scalb(8f + mantissa, exponent - 10);
    return bits < 0 ? -magnitude : magnitude;
  }

  /** IEEE 754: an exponent of all ones is an infinity or NaN, 31 in both formats that come here. */
  private static float decode(
      boolean negative, int exponent, int mantissa, int mantissaBits, int bias) {
    float magnitude;
    if (exponent == 0x1F) {
      magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) mantissa, 1 - bias - mantissaBits);
    } else {
      magnitude =
          Math.scalb((float) (mantissa | (1 << mantissaBits)), exponent - bias - mantissaBits);
    }
    return negative ? -magnitude : magnitude;
  }
}
