package io.millrace.tensorflow;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows of an input of numbers or booleans. */
final class NumericInput extends InputWriter {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final ElementType type;
  private final int unitBytes;
  private final boolean rejectNonFinite;
  private final byte[] padValue;

  private ByteBuffer bytes = NONE;

  // The memory by the type of its elements: one of these, or none.
  private @Nullable FloatBuffer floats;
  private @Nullable DoubleBuffer doubles;
  private @Nullable IntBuffer ints;
  private @Nullable LongBuffer longs;

  /**
   * @param padValue one element in its memory form
   */
  NumericInput(
      TensorSpec spec, Shape rowShape, boolean rejectNonFinite, byte[] padValue, RowMemory memory) {
    super(spec, rowShape, spec.type().isComplex() ? 2 : 1, memory);
    this.type = spec.type();
    this.padValue = padValue;
    this.unitBytes = NumberFormat.unitBytes(type);
    this.rejectNonFinite = rejectNonFinite && type.isFloating();
  }

  @Override
  void mapped(NativeMemory grown) {
    show(grown.buffer());
  }

  @Override
  void unmapped() {
    show(NONE);
  }

  private void show(ByteBuffer memory) {
    bytes = memory;
    floats = type == ElementType.FLOAT32 ? memory.asFloatBuffer() : null;
    doubles = type == ElementType.FLOAT64 ? memory.asDoubleBuffer() : null;
    ints = type == ElementType.INT32 ? memory.asIntBuffer() : null;
    longs = type == ElementType.INT64 ? memory.asLongBuffer() : null;
  }

  @Override
  void takeUnits(InputWriter other, int to, int units) {
    showUnits(other, 0, to, units);
  }

  @Override
  void showUnits(InputWriter other, int from, int to, int units) {
    ByteBuffer source = ((NumericInput) other).bytes;
    bytes.put(to * unitBytes, source, from * unitBytes, units * unitBytes);
  }

  @Override
  void pad(int start, int units) {
    int first = start * unitBytes;
    int length = units * unitBytes;
    if (length == 0) {
      return;
    }
    bytes.put(first, padValue);
    // What is there already is copied as a whole, so that long padding takes few copies.
    for (int filled = padValue.length; filled < length; ) {
      int more = Math.min(filled, length - filled);
      bytes.put(first + filled, bytes, first, more);
      filled += more;
    }
  }

  @Override
  public TensorWriter put(float value) {
    FloatBuffer target = floats;
    if (target == null) {
      return put((double) value);
    }
    if (position == end) {
      throw full();
    }
    if (rejectNonFinite && !Float.isFinite(value)) {
      throw nonFinite();
    }
    target.put(position++, value);
    return this;
  }

  @Override
  public TensorWriter put(double value) {
    switch (type) {
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, COMPLEX64, COMPLEX128 -> {}
      default -> throw wrongType("a floating-point number");
    }
    if (position == end) {
      throw full();
    }
    NumberFormat.putReal(type, bytes, position * unitBytes, value);
    if (rejectNonFinite && !NumberFormat.isFinite(type, bytes, position * unitBytes)) {
      throw nonFinite();
    }
    position++;
    return this;
  }

  @Override
  public TensorWriter put(int value) {
    return put((long) value);
  }

  @Override
  public TensorWriter put(long value) {
    if (!NumberFormat.isInteger(type)) {
      throw wrongType("an integer");
    }
    if (position == end) {
      throw full();
    }
    if (!NumberFormat.inRange(type, value)) {
      throw wrongType(value + ", which is out of range");
    }
    NumberFormat.putInteger(type, bytes, position * unitBytes, value);
    position++;
    return this;
  }

  @Override
  public TensorWriter put(boolean value) {
    if (type != ElementType.BOOL) {
      throw wrongType("a boolean");
    }
    if (position == end) {
      throw full();
    }
    bytes.put(position++, value ? (byte) 1 : 0);
    return this;
  }

  @Override
  public TensorWriter put(float[] values, int offset, int length) {
    FloatBuffer target = floats;
    if (target == null) {
      Objects.checkFromIndexSize(offset, length, values.length);
      for (int i = offset; i < offset + length; i++) {
        put((double) values[i]);
      }
      return this;
    }
    if (length > end - position) {
      throw full(length);
    }
    if (rejectNonFinite) {
      for (int i = offset; i < offset + length; i++) {
        if (!Float.isFinite(values[i])) {
          throw nonFinite();
        }
      }
    }
    target.put(position, values, offset, length);
    position += length;
    return this;
  }

  @Override
  public TensorWriter put(double[] values, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    DoubleBuffer target = doubles;
    if (target == null || rejectNonFinite) {
      for (int i = offset; i < offset + length; i++) {
        put(values[i]);
      }
      return this;
    }
    if (length > end - position) {
      throw full(length);
    }
    target.put(position, values, offset, length);
    position += length;
    return this;
  }

  @Override
  public TensorWriter put(int[] values, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    IntBuffer target = ints;
    if (target == null) {
      for (int i = offset; i < offset + length; i++) {
        put((long) values[i]);
      }
      return this;
    }
    if (length > end - position) {
      throw full(length);
    }
    target.put(position, values, offset, length);
    position += length;
    return this;
  }

  @Override
  public TensorWriter put(long[] values, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    LongBuffer target = longs;
    if (target == null) {
      for (int i = offset; i < offset + length; i++) {
        put(values[i]);
      }
      return this;
    }
    if (length > end - position) {
      throw full(length);
    }
    target.put(position, values, offset, length);
    position += length;
    return this;
  }

  @Override
  public TensorWriter putRaw(byte[] source, int offset, int length) {
    if (length % type.byteSize() != 0) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE,
          "input '"
              + spec().name()
              + "': expected a multiple of "
              + type.byteSize()
              + " bytes for "
              + type
              + ", got "
              + length);
    }
    int units = length / unitBytes;
    if (units > end - position) {
      throw full(units);
    }
    if (floats != null && rejectNonFinite && !RawFloats.areFinite(source, offset, length)) {
      throw nonFinite();
    }
    bytes.put(position * unitBytes, source, offset, length);
    if (floats == null && (rejectNonFinite || NumberFormat.hasInvalidBytes(type))) {
      verifyRaw(units);
    }
    position += units;
    return this;
  }

  private void verifyRaw(int units) {
    for (int unit = position; unit < position + units; unit++) {
      if (!NumberFormat.isValidByte(type, bytes, unit * unitBytes)) {
        throw wrongType("the byte " + bytes.get(unit * unitBytes) + ", which is out of range");
      }
      if (rejectNonFinite && !NumberFormat.isFinite(type, bytes, unit * unitBytes)) {
        throw nonFinite();
      }
    }
  }

  private RecordException nonFinite() {
    return new RecordException(
        RecordReason.NON_FINITE_INPUT,
        "input '" + spec().name() + "': NaN or infinite, expected finite values");
  }
}
