package io.millrace.tensor;

/**
 * Reads one output of one row, elements in row-major order. Valid only during the call that it was
 * handed to. Getters widen (an {@code int32} is read as long or double); they never narrow.
 *
 * <p>Every getter throws {@link IllegalArgumentException} for a type that it cannot read and {@link
 * IndexOutOfBoundsException} for an element that is not there: both are bugs in the caller.
 */
public interface TensorReader {

  /** The output that is read: name, type and declared shape. */
  TensorSpec spec();

  /** The shape of this row's value, fully known; without the batch dimension if there is one. */
  Shape shape();

  /** The number of elements; a complex element counts once. */
  int size();

  /** Element {@code index} of a {@code float32}, {@code float16} or {@code bfloat16} output. */
  float getFloat(int index);

  /** Element {@code index} of any real type. */
  double getDouble(int index);

  /** Element {@code index} of an integer type of up to 32 bits ({@code uint32} excepted). */
  int getInt(int index);

  /** Element {@code index} of any integer type; {@code uint64} as its 64 bits. */
  long getLong(int index);

  /** Element {@code index} of a {@code bool} output. */
  boolean getBoolean(int index);

  /** Element {@code index} of a {@code string} output, a copy. */
  byte[] getBytes(int index);

  /** Element {@code index} of a {@code string} output, decoded from UTF-8. */
  String getString(int index);

  /** The real part of element {@code index} of a complex output. */
  double getReal(int index);

  /** The imaginary part of element {@code index} of a complex output. */
  double getImaginary(int index);

  /** All elements of a {@code float32} output into {@code target}, from its position 0. */
  void getFloats(float[] target);

  /** All elements in their memory form, little-endian, row-major: the form that is written raw. */
  byte[] getRaw();
}
