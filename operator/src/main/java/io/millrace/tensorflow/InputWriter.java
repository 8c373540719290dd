package io.millrace.tensorflow;

import io.millrace.model.BatchSizes;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * The rows of one input in native memory: where the next value goes, and whether a row has the
 * shape that it should have. What a value looks like in memory is its subclasses' business; every
 * setter that they do not override refuses its value.
 *
 * <p>Positions count units: elements, or for a complex type real and imaginary parts.
 */
abstract sealed class InputWriter implements TensorWriter, AutoCloseable
    permits NumericInput, StringInput {
  private final TensorSpec spec;
  private final Shape declared;
  private final int unitsPerElement;
  private final int unitBytes;
  private final BatchSizes sizes;
  private final InputTensors tensors;

  private @Nullable NativeMemory memory;

  /** The shape of the rows at hand, all -1 before the first; kept so that no row allocates it. */
  private final long[] dimensions;

  private final PaddedRow padded;
  private @Nullable Shape current;
  private int unitsPerRow;
  private int row;
  private boolean stated;
  private boolean differs;

  /** Where the next unit of the row goes. */
  int position;

  /** Where the row ends. */
  int end;

  /**
   * @param unitsPerElement 2 for complex types, else 1
   * @param unitBytes bytes of one unit
   */
  InputWriter(
      TensorSpec spec,
      Shape rowShape,
      int unitsPerElement,
      int unitBytes,
      BatchSizes sizes,
      InputTensors tensors) {
    this.spec = spec;
    this.declared = rowShape;
    this.dimensions = rowShape.isFullyKnown() ? rowShape.dimensions() : unknown(rowShape.rank());
    this.unitsPerElement = unitsPerElement;
    this.unitBytes = unitBytes;
    this.sizes = sizes;
    this.tensors = tensors;
    this.padded = new PaddedRow(this, dimensions, unitsPerElement);
  }

  private static long[] unknown(int rank) {
    long[] dimensions = new long[rank];
    Arrays.fill(dimensions, Shape.UNKNOWN);
    return dimensions;
  }

  /**
   * Allocates the memory of all rows where their shape is known. The second half of construction,
   * apart so that what was allocated is closed if it fails.
   *
   * @throws ArithmeticException if it does not fit 2 GiB
   */
  final void allocate() {
    if (declared.isFullyKnown()) {
      unitsPerRow = units(dimensions);
      grow(Math.multiplyExact(unitsPerRow, sizes.max()));
      tensors.rowShape(dimensions, (long) unitsPerRow * unitBytes);
    }
  }

  private int units(long[] shape) {
    long units = unitsPerElement;
    for (long dimension : shape) {
      units = Math.multiplyExact(units, dimension);
    }
    return Math.toIntExact(units);
  }

  @Override
  public final TensorSpec spec() {
    return spec;
  }

  @Override
  public final Shape rowShape() {
    if (!stated) {
      return declared;
    }
    Shape shape = current;
    if (shape == null) {
      shape = Shape.of(dimensions);
      current = shape;
    }
    return shape;
  }

  /** Opens a row; whatever was written of it before is overwritten. */
  final void beginRow(int index) {
    row = index;
    stated = false;
    differs = false;
    if (declared.isFullyKnown()) {
      position = index * unitsPerRow;
      end = position + unitsPerRow;
    } else {
      position = 0;
      end = 0;
    }
  }

  /** Checks that the row is complete. */
  final void finishRow() {
    boolean known = stated || declared.isFullyKnown();
    if (known && position == end) {
      return;
    }
    int written = known ? unitsPerRow - (end - position) : 0;
    if (written == 0 && !stated) {
      throw new RecordException(
          RecordReason.MISSING_FIELD,
          "input '" + spec.name() + "' was not written: expected " + spec.describe());
    }
    throw new RecordException(
        RecordReason.WRONG_SHAPE, expectedElements() + ", got " + written / unitsPerElement);
  }

  /** Whether the row could not join the rows at hand; its values went nowhere. */
  final boolean differs() {
    return differs;
  }

  @Override
  public final TensorWriter shape(long... rowDimensions) {
    if (!admits(rowDimensions)) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE,
          "input '"
              + spec.name()
              + "': expected "
              + spec.type()
              + declared
              + ", got "
              + Arrays.toString(rowDimensions));
    }
    if (declared.isFullyKnown()) {
      return this;
    }
    if (stated) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE, "input '" + spec.name() + "': its shape was stated twice");
    }
    if (!place(rowDimensions)) {
      differs = true;
      throw RowDiffers.SIGNAL;
    }
    return this;
  }

  /** Makes room for a row of unknown dimensions; false if it cannot join the rows at hand. */
  private boolean place(long[] rowDimensions) {
    if (row == 0) {
      firstRowShape(rowDimensions);
    } else if (!Arrays.equals(dimensions, rowDimensions) || !fitsAnotherRow()) {
      return false;
    }
    stated = true;
    grow((row + 1) * unitsPerRow);
    position = row * unitsPerRow;
    end = position + unitsPerRow;
    return true;
  }

  /** Whether a row of the same shape as that one's may join the rows at hand. */
  final boolean hasShapeOf(InputWriter other) {
    return Arrays.equals(dimensions, other.dimensions);
  }

  /**
   * Copies the first row of another writer of the same input into row {@code index}.
   *
   * @return false if it cannot join the rows at hand
   */
  final boolean copyRow(int index, InputWriter other) {
    beginRow(index);
    if (!declared.isFullyKnown() && !place(other.dimensions)) {
      return false;
    }
    copyUnits(other, 0, position, unitsPerRow);
    position = end;
    return true;
  }

  /**
   * Whether the first row of another writer fits beside {@code rows} others, once all are padded to
   * the longest.
   */
  final boolean fitsPadded(int rows, InputWriter other) {
    try {
      long bytes = (long) unitsPerElement * unitBytes * sizes.padded(rows + 1);
      for (int i = 0; i < dimensions.length; i++) {
        bytes = Math.multiplyExact(bytes, Math.max(dimensions[i], other.dimensions[i]));
      }
      return bytes <= Integer.MAX_VALUE;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  /**
   * Copies the first row of another writer of the same input into row {@code index}, and pads it,
   * or the rows before it, to the longest.
   */
  final void padRow(int index, InputWriter other) {
    if (index > 0) {
      widen(index, other.dimensions);
    }
    if (index == 0 || hasShapeOf(other)) {
      copyRow(index, other);
      return;
    }
    grow((index + 1) * unitsPerRow);
    padded.copy(other, other.dimensions, 0, index * unitsPerRow);
  }

  /** Moves the rows at hand apart where a row of these dimensions is longer. */
  private void widen(int rows, long[] longer) {
    long[] before = null;
    for (int i = 0; i < dimensions.length; i++) {
      if (longer[i] > dimensions[i]) {
        before = before == null ? dimensions.clone() : before;
        dimensions[i] = longer[i];
      }
    }
    if (before == null) {
      return;
    }
    int unitsBefore = unitsPerRow;
    current = null;
    unitsPerRow = units(dimensions);
    tensors.rowShape(dimensions, (long) unitsPerRow * unitBytes);
    grow(rows * unitsPerRow);
    for (int i = rows - 1; i >= 0; i--) {
      padded.copy(this, before, i * unitsBefore, i * unitsPerRow);
    }
  }

  /** Copies units from another writer of the same class, or within this one upwards. */
  abstract void copyUnits(InputWriter other, int from, int to, int units);

  /** Writes the pad value from unit {@code start} on. */
  abstract void pad(int start, int units);

  private boolean admits(long[] rowDimensions) {
    if (rowDimensions.length != declared.rank()) {
      return false;
    }
    for (int i = 0; i < rowDimensions.length; i++) {
      long expected = declared.dimension(i);
      if (rowDimensions[i] < 0 || (expected != Shape.UNKNOWN && expected != rowDimensions[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean fitsAnotherRow() {
    return (long) sizes.padded(row + 1) * unitsPerRow * unitBytes <= Integer.MAX_VALUE;
  }

  private void firstRowShape(long[] rowDimensions) {
    if (Arrays.equals(dimensions, rowDimensions)) {
      return;
    }
    int units;
    try {
      units = units(rowDimensions);
      Math.multiplyExact(Math.multiplyExact(units, unitBytes), sizes.padded(1));
    } catch (ArithmeticException e) {
      throw new RecordException(
          RecordReason.TOO_LARGE,
          "input '"
              + spec.name()
              + "': a batch of "
              + sizes.padded(1)
              + " with a value of shape "
              + Arrays.toString(rowDimensions)
              + " takes more than 2 GiB");
    }
    System.arraycopy(rowDimensions, 0, dimensions, 0, dimensions.length);
    current = null;
    unitsPerRow = units;
    tensors.rowShape(dimensions, (long) units * unitBytes);
  }

  /** Makes room, doubling so that rows of any number cost a constant each. */
  private void grow(int units) {
    NativeMemory old = memory;
    int needed = Math.multiplyExact(units, unitBytes);
    if (old != null && old.bytes() >= needed) {
      return;
    }
    long allRows = Math.min((long) sizes.max() * (unitsPerRow * unitBytes), Integer.MAX_VALUE);
    int bytes = old == null ? needed : (int) Math.max(needed, Math.min(allRows, 2L * old.bytes()));
    NativeMemory grown = new NativeMemory(bytes);
    if (old != null) {
      old.copyTo(grown, 0, old.bytes());
      tensors.forget();
      old.close();
    }
    memory = grown;
    mapped(grown);
  }

  /** The values now live here. */
  abstract void mapped(NativeMemory grown);

  /**
   * Rows {@code from} to {@code to}, and the last of them again until there are {@code count};
   * valid until {@link #releaseTemporary}.
   *
   * @param atHand how many rows there are in all
   */
  final TF_Tensor tensor(int from, int to, int count, int atHand) {
    if (count == to - from) {
      return tensors.of(rows(), from, to);
    }
    if (from == 0 && to == atHand && tensors.showsFirstRows()) {
      grow(Math.multiplyExact(count, unitsPerRow));
      repeatRow(rows(), (to - 1) * unitsPerRow, unitsPerRow, count - to);
      return tensors.of(rows(), 0, count);
    }
    return tensors.padded(rows(), from, to, count);
  }

  private NativeMemory rows() {
    NativeMemory rows = memory;
    if (rows == null) {
      throw new IllegalStateException("input '" + spec.name() + "' has no rows");
    }
    return rows;
  }

  /** Writes the row that begins at unit {@code start} so many times more behind itself. */
  abstract void repeatRow(NativeMemory rows, int start, int units, int times);

  final void releaseTemporary() {
    tensors.releaseTemporary();
  }

  /** There is no room for the next value. */
  final RecordException full() {
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        stated || declared.isFullyKnown()
            ? expectedElements() + ", got more"
            : "input '"
                + spec.name()
                + "': the shape "
                + declared
                + " of a row has unknown dimensions; state them with shape(...) first");
  }

  /** There is no room for {@code count} values. */
  final RecordException full(int count) {
    if (!stated && !declared.isFullyKnown()) {
      return full();
    }
    int written = unitsPerRow - (end - position);
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        expectedElements() + ", got " + ((long) written + count) / unitsPerElement);
  }

  private String expectedElements() {
    return "input '"
        + spec.name()
        + "': expected "
        + unitsPerRow / unitsPerElement
        + " elements for "
        + spec.type()
        + rowShape();
  }

  final RecordException wrongType(String actual) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        "input '" + spec.name() + "': expected " + spec.describe() + ", got " + actual);
  }

  @Override
  public TensorWriter put(float value) {
    throw wrongType("a float");
  }

  @Override
  public TensorWriter put(double value) {
    throw wrongType("a double");
  }

  @Override
  public TensorWriter put(int value) {
    throw wrongType("an int");
  }

  @Override
  public TensorWriter put(long value) {
    throw wrongType("a long");
  }

  @Override
  public TensorWriter put(boolean value) {
    throw wrongType("a boolean");
  }

  @Override
  public TensorWriter put(byte[] value) {
    throw wrongType("bytes");
  }

  @Override
  public TensorWriter putBytes(byte[] source, int offset, int length) {
    throw wrongType("bytes");
  }

  @Override
  public TensorWriter put(String value) {
    throw wrongType("a string");
  }

  @Override
  public TensorWriter put(float[] values, int offset, int length) {
    throw wrongType("floats");
  }

  @Override
  public TensorWriter put(double[] values, int offset, int length) {
    throw wrongType("doubles");
  }

  @Override
  public TensorWriter put(int[] values, int offset, int length) {
    throw wrongType("ints");
  }

  @Override
  public TensorWriter put(long[] values, int offset, int length) {
    throw wrongType("longs");
  }

  @Override
  public TensorWriter putRaw(byte[] bytes, int offset, int length) {
    throw wrongType("raw bytes");
  }

  @Override
  public void close() {
    tensors.close();
    if (memory != null) {
      memory.close();
    }
  }
}
