package io.millrace.tensorflow;

import io.millrace.model.InferenceException;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * One output of the last run, read where TensorFlow left it. The tensor is owned from {@link #take}
 * to {@link #release}.
 */
final class OutputReader implements TensorReader, AutoCloseable {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final TensorSpec spec;
  private final ElementType type;
  private final boolean batched;
  private final int unitBytes;

  private @Nullable TF_Tensor tensor;
  private @Nullable TF_TString strings;
  private ByteBuffer bytes = NONE;

  /** A view of the bytes, made when the first row of a run is read as a whole. */
  private @Nullable FloatBuffer floats;

  private Shape shape = Shape.scalar();
  private int size;
  private int first;

  OutputReader(TensorSpec spec, boolean batched) {
    this.spec = spec;
    this.type = spec.type();
    this.batched = batched;
    this.unitBytes = NumberFormat.unitBytes(type);
  }

  /** Takes over what a run answered. */
  void take(TF_Tensor answer) {
    tensor = answer;
  }

  /**
   * Prepares the rows for reading.
   *
   * @param rows how many rows were run
   * @throws InferenceException if there is not a row for each
   */
  void open(int rows) throws InferenceException {
    TF_Tensor answer = Objects.requireNonNull(tensor, "no answer was taken");
    int rank = tensorflow.TF_NumDims(answer);
    if (batched && (rank == 0 || tensorflow.TF_Dim(answer, 0) != rows)) {
      throw new InferenceException(
          "output '"
              + spec.name()
              + "': expected "
              + rows
              + " rows, one for each input row, got "
              + type
              + Arrays.toString(dimensions(answer, 0, rank))
              + (rows > 1
                  ? "; if rows depend on each other, set batching.mode to off"
                  : "; if the inputs' first dimension is not that of records, fix it in"
                      + " model.input-shapes"),
          false);
    }
    int skipped = batched ? 1 : 0;
    if (!sameShape(answer, skipped, rank)) {
      shape = Shape.of(dimensions(answer, skipped, rank));
    }
    long byteSize = tensorflow.TF_TensorByteSize(answer);
    if (byteSize > Integer.MAX_VALUE) {
      throw new InferenceException(
          "output '" + spec.name() + "' takes more than 2 GiB: lower batching.max-batch-size",
          false);
    }
    size = (int) shape.elements();
    first = 0;
    if (type == ElementType.STRING) {
      strings = new TF_TString(tensorflow.TF_TensorData(answer));
    } else {
      bytes =
          byteSize == 0
              ? NONE
              : new BytePointer(tensorflow.TF_TensorData(answer))
                  .capacity(byteSize)
                  .asByteBuffer()
                  .order(ByteOrder.nativeOrder());
    }
  }

  private boolean sameShape(TF_Tensor answer, int skipped, int rank) {
    if (shape.rank() != rank - skipped) {
      return false;
    }
    for (int i = skipped; i < rank; i++) {
      if (shape.dimension(i - skipped) != tensorflow.TF_Dim(answer, i)) {
        return false;
      }
    }
    return true;
  }

  private static long[] dimensions(TF_Tensor answer, int from, int rank) {
    long[] dimensions = new long[rank - from];
    for (int i = from; i < rank; i++) {
      dimensions[i - from] = tensorflow.TF_Dim(answer, i);
    }
    return dimensions;
  }

  /** Shows this row of the run, counted from its first. */
  void show(int row) {
    first = row * size;
  }

  boolean isFinite() {
    if (!type.isFloating()) {
      return true;
    }
    int units = type.isComplex() ? 2 : 1;
    for (int i = first * units; i < (first + size) * units; i++) {
      if (!NumberFormat.isFinite(type, bytes, i * unitBytes)) {
        return false;
      }
    }
    return true;
  }

  /** Gives the tensor back to TensorFlow. Idempotent. */
  void release() {
    if (tensor != null) {
      tensorflow.TF_DeleteTensor(tensor);
      tensor = null;
      strings = null;
      bytes = NONE;
      floats = null;
      size = 0;
    }
  }

  @Override
  public void close() {
    release();
  }

  @Override
  public TensorSpec spec() {
    return spec;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public float getFloat(int index) {
    return switch (type) {
      case FLOAT32 -> bytes.getFloat(offset(index));
      case FLOAT16, BFLOAT16 -> (float) NumberFormat.getReal(type, bytes, offset(index));
      default -> throw unreadable("float");
    };
  }

  @Override
  public double getDouble(int index) {
    if (NumberFormat.isInteger(type)) {
      return type == ElementType.UINT64 ? unsigned(getLong(index)) : (double) getLong(index);
    }
    if (!type.isFloating() || type.isComplex()) {
      throw unreadable("double");
    }
    return NumberFormat.getReal(type, bytes, offset(index));
  }

  /** The nearest double: half the value, its last bit kept for the rounding, and doubled again. */
  private static double unsigned(long bits) {
    return bits >= 0 ? (double) bits : (double) ((bits >>> 1) | (bits & 1)) * 2;
  }

  @Override
  public int getInt(int index) {
    if (type == ElementType.UINT32 || type.byteSize() > 4 || !NumberFormat.isInteger(type)) {
      throw unreadable("int");
    }
    return (int) NumberFormat.getInteger(type, bytes, offset(index));
  }

  @Override
  public long getLong(int index) {
    if (!NumberFormat.isInteger(type)) {
      throw unreadable("long");
    }
    return NumberFormat.getInteger(type, bytes, offset(index));
  }

  @Override
  public boolean getBoolean(int index) {
    if (type != ElementType.BOOL) {
      throw unreadable("boolean");
    }
    return bytes.get(offset(index)) != 0;
  }

  @Override
  public byte[] getBytes(int index) {
    TF_TString slots = strings;
    if (slots == null) {
      throw unreadable("bytes");
    }
    TF_TString slot = slots.position(first + (long) Objects.checkIndex(index, size));
    byte[] value = new byte[Math.toIntExact(tensorflow.TF_TString_GetSize(slot))];
    if (value.length > 0) {
      tensorflow.TF_TString_GetDataPointer(slot).get(value);
    }
    return value;
  }

  @Override
  public String getString(int index) {
    return new String(getBytes(index), StandardCharsets.UTF_8);
  }

  @Override
  public double getReal(int index) {
    return NumberFormat.getReal(complex(), bytes, offset(index));
  }

  @Override
  public double getImaginary(int index) {
    return NumberFormat.getReal(complex(), bytes, offset(index) + unitBytes);
  }

  private ElementType complex() {
    if (!type.isComplex()) {
      throw unreadable("a complex number");
    }
    return type;
  }

  @Override
  public void getFloats(float[] target) {
    if (type != ElementType.FLOAT32) {
      throw unreadable("floats");
    }
    Objects.checkFromIndexSize(0, size, target.length);
    FloatBuffer view = floats;
    if (view == null) {
      view = bytes.asFloatBuffer();
      floats = view;
    }
    view.get(first, target, 0, size);
  }

  @Override
  public byte[] getRaw() {
    if (type == ElementType.STRING) {
      throw unreadable("raw bytes");
    }
    byte[] raw = new byte[size * type.byteSize()];
    bytes.get(first * type.byteSize(), raw);
    return raw;
  }

  private int offset(int index) {
    return (first + Objects.checkIndex(index, size)) * type.byteSize();
  }

  private IllegalArgumentException unreadable(String as) {
    return new IllegalArgumentException("output " + spec + " cannot be read as " + as);
  }
}
