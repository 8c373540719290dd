package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;

/** What values an element type has room for. */
final class ElementRange {
  private ElementRange() {}

  /**
   * Whether a finite value stays finite when it is rounded to the type. NaN and infinities pass:
   * whether they are welcome is the job's policy, not the format's.
   */
  static boolean holdsReal(ElementType type, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return true;
    }
    // The halfway point between the largest value and the next power of two rounds to infinity.
    return switch (type) {
      case FLOAT16 -> Math.abs(value) < 65_520;
      case BFLOAT16 -> Math.abs(value) < 0x1.FFp127;
      case FLOAT32, COMPLEX64 -> !Float.isInfinite((float) value);
      default -> true;
    };
  }

  /** Whether a value fits; for {@code uint64} it is the non-negative numbers below 2^63. */
  static boolean holdsInteger(ElementType type, long value) {
    return switch (type) {
      case INT4 -> within(value, -8, 7);
      case INT8, QINT8 -> within(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case INT16, QINT16 -> within(value, Short.MIN_VALUE, Short.MAX_VALUE);
      case INT32, QINT32 -> within(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case UINT4 -> within(value, 0, 15);
      case UINT8, QUINT8 -> within(value, 0, 0xFF);
      case UINT16, QUINT16 -> within(value, 0, 0xFFFF);
      case UINT32 -> within(value, 0, 0xFFFF_FFFFL);
      case UINT64 -> value >= 0;
      default -> true;
    };
  }

  private static boolean within(long value, long min, long max) {
    return value >= min && value <= max;
  }
}
