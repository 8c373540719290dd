package io.millrace.tensorflow;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.FloatRounding;
import java.nio.ByteBuffer;

/**
 * Numbers as TensorFlow keeps them in memory. An offset is in bytes; a complex element is two
 * units, its real and its imaginary part.
 */
final class NumberFormat {
  private NumberFormat() {}

  /** Bytes of one unit: of an element, or of one part of a complex one. */
  static int unitBytes(ElementType type) {
    return type.isComplex() ? type.byteSize() / 2 : type.byteSize();
  }

  static boolean isInteger(ElementType type) {
    return switch (type) {
      case INT4, INT8, INT16, INT32, INT64, UINT4, UINT8, UINT16, UINT32, UINT64 -> true;
      case QINT8, QINT16, QINT32, QUINT8, QUINT16 -> true;
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, FLOAT8_E5M2, FLOAT8_E4M3FN -> false;
      case COMPLEX64, COMPLEX128, BOOL, STRING -> false;
    };
  }

  static boolean inRange(ElementType type, long value) {
    return switch (type) {
      case INT4 -> value >= -8 && value <= 7;
      case UINT4 -> value >= 0 && value <= 15;
      case INT8, QINT8 -> value == (byte) value;
      case INT16, QINT16 -> value == (short) value;
      case INT32, QINT32 -> value == (int) value;
      case UINT8, QUINT8 -> value == (value & 0xFF);
      case UINT16, QUINT16 -> value == (value & 0xFFFF);
      case UINT32 -> value == (value & 0xFFFF_FFFFL);
      case INT64, UINT64 -> true;
      default -> throw new IllegalArgumentException(type + " is not an integer type");
    };
  }

  static void putInteger(ElementType type, ByteBuffer target, int offset, long value) {
    switch (unitBytes(type)) {
      case 1 -> target.put(offset, (byte) value);
      case 2 -> target.putShort(offset, (short) value);
      case 4 -> target.putInt(offset, (int) value);
      default -> target.putLong(offset, value);
    }
  }

  static long getInteger(ElementType type, ByteBuffer source, int offset) {
    return switch (type) {
      case INT4, INT8, QINT8 -> source.get(offset);
      case UINT4, UINT8, QUINT8 -> source.get(offset) & 0xFF;
      case INT16, QINT16 -> source.getShort(offset);
      case UINT16, QUINT16 -> source.getShort(offset) & 0xFFFF;
      case INT32, QINT32 -> source.getInt(offset);
      case UINT32 -> source.getInt(offset) & 0xFFFF_FFFFL;
      case INT64, UINT64 -> source.getLong(offset);
      default -> throw new IllegalArgumentException(type + " is not an integer type");
    };
  }

  static void putReal(ElementType type, ByteBuffer target, int offset, double value) {
    switch (type) {
      case FLOAT32, COMPLEX64 -> target.putFloat(offset, (float) value);
      case FLOAT64, COMPLEX128 -> target.putDouble(offset, value);
      // Rounded once: what is a number of 16 bits is one of 32.
      case FLOAT16 ->
          target.putShort(
              offset, SmallFloats.toFloat16((float) FloatRounding.nearest(type, value)));
      case BFLOAT16 ->
          target.putShort(
              offset, SmallFloats.toBfloat16((float) FloatRounding.nearest(type, value)));
      default -> throw new IllegalArgumentException(type + " is not written as a real number");
    }
  }

  /** A real number, or one part of a complex one. */
  static double getReal(ElementType type, ByteBuffer source, int offset) {
    return switch (type) {
      case FLOAT32, COMPLEX64 -> source.getFloat(offset);
      case FLOAT64, COMPLEX128 -> source.getDouble(offset);
      case FLOAT16 -> SmallFloats.fromFloat16(source.getShort(offset));
      case BFLOAT16 -> SmallFloats.fromBfloat16(source.getShort(offset));
      case FLOAT8_E5M2 -> SmallFloats.fromFloat8E5m2(source.get(offset));
      case FLOAT8_E4M3FN -> SmallFloats.fromFloat8E4m3fn(source.get(offset));
      default -> throw new IllegalArgumentException(type + " is not a floating-point type");
    };
  }

  static boolean isFinite(ElementType type, ByteBuffer source, int offset) {
    return Double.isFinite(getReal(type, source, offset));
  }

  /** Whether some bytes are no value of the type: TensorFlow does not check what it is fed. */
  static boolean hasInvalidBytes(ElementType type) {
    return type == ElementType.BOOL || type == ElementType.INT4 || type == ElementType.UINT4;
  }

  static boolean isValidByte(ElementType type, ByteBuffer source, int offset) {
    return switch (type) {
      case BOOL -> source.get(offset) == 0 || source.get(offset) == 1;
      case INT4, UINT4 -> inRange(type, source.get(offset));
      default -> true;
    };
  }
}
