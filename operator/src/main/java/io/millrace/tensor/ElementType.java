package io.millrace.tensor;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An element type that a signature can carry, spelled as in TensorFlow's Python ({@code float32},
 * {@code int64}, {@code string}).
 *
 * <p>Numbers and names are those of {@code tensorflow/core/framework/types.proto}.
 */
public enum ElementType {
  FLOAT32(1, 4),
  FLOAT64(2, 8),
  INT32(3, 4),
  UINT8(4, 1),
  INT16(5, 2),
  INT8(6, 1),
  /** Bytes of any length; one element has no fixed size. */
  STRING(7, 0),
  COMPLEX64(8, 8),
  INT64(9, 8),
  BOOL(10, 1),
  QINT8(11, 1),
  QUINT8(12, 1),
  QINT32(13, 4),
  BFLOAT16(14, 2),
  QINT16(15, 2),
  QUINT16(16, 2),
  UINT16(17, 2),
  COMPLEX128(18, 16),
  FLOAT16(19, 2),
  UINT32(22, 4),
  UINT64(23, 8),
  FLOAT8_E5M2(24, 1),
  FLOAT8_E4M3FN(25, 1),
  /** Stored as one byte an element. */
  INT4(29, 1),
  /** Stored as one byte an element. */
  UINT4(30, 1);

  private static final Map<String, ElementType> BY_NAME = new HashMap<>();

  static {
    for (ElementType type : values()) {
      BY_NAME.put(type.spelling, type);
    }
  }

  private final int number;
  private final int byteSize;
  private final String spelling;

  ElementType(int number, int byteSize) {
    this.number = number;
    this.byteSize = byteSize;
    this.spelling = name().toLowerCase(Locale.ROOT);
  }

  /** The number of this type in {@code types.proto}. */
  public int number() {
    return number;
  }

  /** Bytes of one element in memory; 0 for {@link #STRING}. */
  public int byteSize() {
    return byteSize;
  }

  /** True for the types whose values may be NaN or infinite. */
  public boolean isFloating() {
    return switch (this) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, FLOAT8_E5M2, FLOAT8_E4M3FN, COMPLEX64, COMPLEX128 ->
          true;
      default -> false;
    };
  }

  /** True for the two complex types, whose elements are a real and an imaginary part. */
  public boolean isComplex() {
    return this == COMPLEX64 || this == COMPLEX128;
  }

  /**
   * The type of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public static ElementType of(String spelling) {
    ElementType type = BY_NAME.get(spelling);
    if (type == null) {
      throw new IllegalArgumentException(
          "unknown dtype '"
              + spelling
              + "': expected one of "
              + BY_NAME.keySet().stream().sorted().toList());
    }
    return type;
  }

  /**
   * The type of this number in {@code types.proto}.
   *
   * @throws IllegalArgumentException if a tensor of it cannot be fed or fetched (resources,
   *     variants) or the number is not known
   */
  public static ElementType ofNumber(int number) {
    for (ElementType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "dtype number " + number + " of types.proto cannot be fed or fetched");
  }

  /** The name as in TensorFlow's Python. */
  @Override
  public String toString() {
    return spelling;
  }
}
