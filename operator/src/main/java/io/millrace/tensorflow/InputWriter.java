package io.millrace.tensorflow;

import io.millrace.tensor.RecordException;
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
  private final RowMemory memory;
  private final InputRefusals refusals;

  /** The shape of the rows at hand, all -1 before the first; kept so that no row allocates it. */
  private final long[] dimensions;

  private @Nullable Shape current;
  private int unitsPerRow;
  private boolean stated;
  private boolean reserved;

  /** Where the next unit of the row goes. */
  int position;

  /** Where the row ends. */
  int end;

  /**
   * @param unitsPerElement 2 for complex types, else 1
   */
  InputWriter(TensorSpec spec, Shape rowShape, int unitsPerElement, RowMemory memory) {
    this.spec = spec;
    this.declared = rowShape;
    this.dimensions = rowShape.isFullyKnown() ? rowShape.dimensions() : unknown(rowShape.rank());
    this.unitsPerElement = unitsPerElement;
    this.memory = memory;
    this.refusals = new InputRefusals(spec, rowShape);
  }

  private static long[] unknown(int rank) {
    long[] dimensions = new long[rank];
    Arrays.fill(dimensions, Shape.UNKNOWN);
    return dimensions;
  }

  /**
   * Checks that all rows have room where their shape is known, and allocates it. The second half of
   * construction, apart so that what was allocated is closed if it fails.
   *
   * @param reserve whether to allocate, or to grow with the rows
   * @throws ArithmeticException if they do not fit 2 GiB
   */
  final void allocate(int rows, boolean reserve) {
    if (!declared.isFullyKnown()) {
      return;
    }
    unitsPerRow = units(dimensions);
    Math.toIntExact(memory.bytesOf(rows, unitsPerRow));
    memory.rowShape(dimensions, unitsPerRow);
    if (reserve) {
      reserved = true;
      moved(memory.growToRows(rows));
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

  /**
   * Opens a row; whatever was written of it before is overwritten.
   *
   * @param index 0 where the shape of a row is not known
   */
  final void beginRow(int index) {
    stated = false;
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
      throw refusals.missing();
    }
    throw wrongCount(Long.toString(written / unitsPerElement));
  }

  @Override
  public final TensorWriter shape(long... rowDimensions) {
    if (!admits(rowDimensions)) {
      throw refusals.wrongShape(rowDimensions);
    }
    if (declared.isFullyKnown()) {
      return this;
    }
    if (stated) {
      throw refusals.statedTwice();
    }
    rowShape(rowDimensions);
    stated = true;
    moved(memory.growToRows(1));
    position = 0;
    end = unitsPerRow;
    return this;
  }

  /**
   * States the shape of all rows that follow.
   *
   * @throws RecordException TOO_LARGE if a run of one such row takes more than 2 GiB
   */
  final void rowShape(long[] rowDimensions) {
    if (Arrays.equals(dimensions, rowDimensions)) {
      return;
    }
    int units;
    try {
      units = units(rowDimensions);
      Math.toIntExact(memory.bytesOf(1, units));
    } catch (ArithmeticException e) {
      throw refusals.tooLarge(rowDimensions);
    }
    System.arraycopy(rowDimensions, 0, dimensions, 0, dimensions.length);
    current = null;
    unitsPerRow = units;
    memory.rowShape(dimensions, units);
  }

  /** The dimensions of the rows at hand; to read only. */
  final long[] dimensions() {
    return dimensions;
  }

  final int unitsPerElement() {
    return unitsPerElement;
  }

  final int unitsPerRow() {
    return unitsPerRow;
  }

  /** Whether the shape of every row is known. */
  final boolean isOfKnownShape() {
    return declared.isFullyKnown();
  }

  /** Whether a row of the same shape as that one's may join the rows at hand. */
  final boolean hasShapeOf(InputWriter other) {
    return Arrays.equals(dimensions, other.dimensions);
  }

  /**
   * Moves the first row of another writer of the same input, and of the same shape if this is not
   * the first, into row {@code index}.
   *
   * @throws RecordException TOO_LARGE if a run of one such row takes more than 2 GiB
   */
  final void takeRow(int index, InputWriter other) {
    rowShape(other.dimensions);
    reserveRows(index + 1);
    takeUnits(other, index * unitsPerRow, unitsPerRow);
  }

  /** Moves the first row of another writer of the same input to unit {@code start} on. */
  final void keepRow(int start, InputWriter other) {
    moved(memory.growToUnits(start + other.unitsPerRow));
    takeUnits(other, start, other.unitsPerRow);
  }

  /** Makes room for rows of the stated shape. */
  final void reserveRows(int rows) {
    moved(memory.growToRows(rows));
  }

  private void moved(@Nullable NativeMemory grown) {
    if (grown != null) {
      mapped(grown);
    }
  }

  /**
   * Moves units from the start of another writer of the same class, whose own are undefined then.
   */
  abstract void takeUnits(InputWriter other, int to, int units);

  /**
   * Shows units of another writer of the same class, which goes on to own what they hold: valid
   * while it holds the rows, and for a writer with none of its own.
   */
  abstract void showUnits(InputWriter other, int from, int to, int units);

  /** Writes the pad value from unit {@code start} on, for a writer with no rows of its own. */
  abstract void pad(int start, int units);

  /** Native memory that a run of rows of so many units takes. */
  final double bytesOf(int rows, double units) {
    return memory.bytesOf(rows, units);
  }

  /** Native memory that is held, used or not. */
  final long heldBytes() {
    return memory.bytes();
  }

  /** Native memory that a run of the first rows takes. */
  final long bytesOf(int rows) {
    return rows == 0 ? 0 : memory.bytesOf(rows, unitsPerRow);
  }

  /** Native memory to be added before that one's row can be taken as row {@code index}. */
  final long growthFor(int index, InputWriter other) {
    long needed = memory.bytesOf(index + 1, other.unitsPerRow);
    return memory.grown(needed, other.unitsPerRow) - memory.bytes();
  }

  /** Gives back the memory that grows with the rows, which are lost. */
  final void giveBack() {
    if (!reserved) {
      unmapped();
      memory.giveBack();
    }
  }

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

  /** The values now live here. */
  abstract void mapped(NativeMemory grown);

  /** The memory is about to go, and the values with it. */
  abstract void unmapped();

  /**
   * Rows {@code from} to {@code to}, and the last of them again until there are {@code count};
   * valid until {@link #releaseTemporary}.
   *
   * @param atHand how many rows there are in all
   */
  final TF_Tensor tensor(int from, int to, int count, int atHand) {
    boolean inPlace = from == 0 && to == atHand && memory.padsInPlace();
    if (inPlace && count > to) {
      reserveRows(count);
    }
    return memory.tensor(from, to, count, inPlace);
  }

  final void releaseTemporary() {
    memory.releaseTemporary();
  }

  /** There is no room for the next value. */
  final RecordException full() {
    return stated || declared.isFullyKnown() ? wrongCount("more") : refusals.notStated();
  }

  /** There is no room for {@code count} values. */
  final RecordException full(int count) {
    if (!stated && !declared.isFullyKnown()) {
      return full();
    }
    int written = unitsPerRow - (end - position);
    return wrongCount(Long.toString(((long) written + count) / unitsPerElement));
  }

  private RecordException wrongCount(String actual) {
    return refusals.wrongCount(unitsPerRow / unitsPerElement, rowShape(), actual);
  }

  final RecordException wrongType(String actual) {
    return refusals.wrongType(actual);
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
    unmapped();
    memory.close();
  }
}
