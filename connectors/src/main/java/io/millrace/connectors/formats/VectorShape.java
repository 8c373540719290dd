package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a vector of features lies in its input: as the last dimension; any others are 1, as where a
 * row is a whole tensor. Not thread-safe.
 */
final class VectorShape {
  private final int length;
  private @Nullable Shape lastRow;
  private long[] lastVector = {};

  VectorShape(int length) {
    this.length = length;
  }

  /**
   * States the vector's dimensions where the input leaves any open.
   *
   * @throws RecordException WRONG_SHAPE if the input has no room for the vector
   */
  void state(TensorWriter writer) {
    Shape row = writer.rowShape();
    if (!row.equals(lastRow)) {
      Shape vector = vector(row, length);
      if (vector == null) {
        throw new RecordException(RecordReason.WRONG_SHAPE, misfit(writer.spec(), length));
      }
      lastRow = row;
      lastVector = vector.dimensions();
    }
    if (!row.isFullyKnown()) {
      writer.shape(lastVector);
    }
  }

  /** What a message says of an input that has no room for so many features. */
  static String misfit(TensorSpec input, int length) {
    return "input " + input + ": cannot be filled with a vector of " + length + " features";
  }

  /** The vector's dimensions in a row of this shape, null if that has no room for it. */
  static @Nullable Shape vector(Shape row, int length) {
    if (!row.hasRank()) {
      return Shape.of(length);
    }
    if (row.rank() == 0) {
      return length == 1 ? row : null;
    }
    long[] dimensions = new long[row.rank()];
    Arrays.fill(dimensions, 1);
    dimensions[dimensions.length - 1] = length;
    Shape vector = Shape.of(dimensions);
    return row.admits(vector) ? vector : null;
  }
}
