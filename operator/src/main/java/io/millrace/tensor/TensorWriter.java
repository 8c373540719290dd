package io.millrace.tensor;

/**
 * Writes one input of one row: its elements in row-major order. Each setter checks type and room;
 * the end of the row checks that every element is there.
 *
 * <p>Which setter fits which type: {@code float32}, {@code float16}, {@code bfloat16}, {@code
 * float64} take float and double (a double given to a narrower type is rounded to it); integer
 * types take int and long within their range (unsigned ones the non-negative value, {@code uint64}
 * its 64 bits) and so do the quantized types; {@code bool} takes boolean; {@code string} takes
 * bytes and String (as UTF-8); complex types take each element as two floats or doubles, real part
 * first; and the two float8 types are written with {@link #putRaw} only.
 *
 * <p>Every method that writes throws {@link RecordException}: WRONG_TYPE for a setter that does not
 * fit the type or a value out of its range, WRONG_SHAPE for more elements than the row has room
 * for, NON_FINITE_INPUT for NaN or infinities where the job does not allow them.
 */
public interface TensorWriter {

  /** The input that is written: name, type and shape. */
  TensorSpec spec();

  /**
   * The shape of one row's value: that of {@link #spec} without the batch dimension where rows are
   * batched, all of it where a row is a whole tensor. Unknown dimensions stand as declared until
   * {@link #shape} states them; before that the call is cheap and allocates nothing.
   */
  Shape rowShape();

  /**
   * States the dimensions of this row's value, needed before the first element where the row's
   * shape has unknown dimensions.
   *
   * @param dimensions those of one row: without the batch dimension if the signature has one
   * @throws RecordException WRONG_SHAPE if the input does not admit them
   */
  TensorWriter shape(long... dimensions);

  /** The next element. */
  TensorWriter put(float value);

  /** The next element. */
  TensorWriter put(double value);

  /** The next element. */
  TensorWriter put(int value);

  /** The next element. */
  TensorWriter put(long value);

  /** The next element. */
  TensorWriter put(boolean value);

  /** The next element, of type {@code string}; the array is copied. */
  TensorWriter put(byte[] value);

  /** The next element, of type {@code string}: a part of an array, which is copied. */
  TensorWriter putBytes(byte[] source, int offset, int length);

  /** The next element, of type {@code string}, as UTF-8. */
  TensorWriter put(String value);

  /** The next {@code length} elements, in bulk where the type is {@code float32}. */
  TensorWriter put(float[] values, int offset, int length);

  /** The next {@code length} elements, in bulk where the type is {@code float64}. */
  TensorWriter put(double[] values, int offset, int length);

  /** The next {@code length} elements, in bulk where the type is {@code int32}. */
  TensorWriter put(int[] values, int offset, int length);

  /** The next {@code length} elements, in bulk where the type is {@code int64}. */
  TensorWriter put(long[] values, int offset, int length);

  /**
   * The next elements in their memory form, little-endian, row-major.
   *
   * @param length in bytes, a multiple of the element's size
   * @throws RecordException WRONG_TYPE for {@code string}, WRONG_SHAPE for a length that does not
   *     fit
   */
  TensorWriter putRaw(byte[] bytes, int offset, int length);
}
