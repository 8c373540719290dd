package io.millrace.tensor;

/**
 * The number of a floating-point type that is nearest to another one, ties to even: IEEE 754's, and
 * the two of "FP8 Formats for Deep Learning" (arXiv:2209.05433).
 */
public final class FloatRounding {
  private FloatRounding() {}

  /**
   * Rounds once: by way of a float32, a number close to half-way between two could get to the other
   * one.
   *
   * @param type for a complex one, that of its parts
   */
  public static double nearest(ElementType type, double value) {
    return switch (type) {
      case FLOAT64, COMPLEX128 -> value;
      case FLOAT32, COMPLEX64 -> (float) value;
      case FLOAT16 -> nearest(value, 11, -14, 65504, Double.POSITIVE_INFINITY);
      case BFLOAT16 -> nearest(value, 8, -126, 0x1.FEp127, Double.POSITIVE_INFINITY);
      case FLOAT8_E5M2 -> nearest(value, 3, -14, 57344, Double.POSITIVE_INFINITY);
      case FLOAT8_E4M3FN -> nearest(value, 4, -6, 448, Double.NaN);
      default -> throw new IllegalArgumentException(type + " is not a floating-point type");
    };
  }

  /**
   * @param bits of the significand, the leading one included
   * @param leastExponent of a normal number; below, the distance between two stays the same
   * @param beyond what stands for more than the most
   */
  private static double nearest(
      double value, int bits, int leastExponent, double most, double beyond) {
    if (!Double.isFinite(value)) {
      return value;
    }
    int exponent = Math.max(Math.getExponent(value), leastExponent);
    double distance = Math.scalb(1.0, exponent - bits + 1);
    double rounded = Math.rint(value / distance) * distance;
    return Math.abs(rounded) <= most ? rounded : Math.copySign(beyond, value);
  }
}
