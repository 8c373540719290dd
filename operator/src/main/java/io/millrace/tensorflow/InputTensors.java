package io.millrace.tensorflow;

import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * The tensors that show the rows of one input to TensorFlow. A batch that starts at row 0 gets a
 * tensor over the very memory that the rows were written into, made once for each number of rows;
 * another range gets one of its own, which is given back after the run.
 */
final class InputTensors implements AutoCloseable {

  /** Which ranges of rows TensorFlow sees in their place, and which as a copy. */
  enum Slices {
    /** All in place: strings, which need no alignment. */
    SHARE_ALL,
    /** In place from row 0 on; later rows may not lie where kernels want them. */
    COPY_LATER,
    /** None in place: the model may keep the tensor. */
    COPY_ALL
  }

  private final int type;
  private final boolean batched;
  private final Slices slices;
  private final @Nullable TF_Tensor[] byRows;
  private int mostRows = -1;
  private long[] dimensions = {};
  private long rowBytes;
  private @Nullable TF_Tensor temporary;
  private @Nullable NativeMemory paddedRows;

  /**
   * @param type the number in types.proto
   * @param batched whether the rows are dimension 0
   */
  InputTensors(int type, boolean batched, int maxRows, Slices slices) {
    this.type = type;
    this.batched = batched;
    this.slices = slices;
    this.byRows = new TF_Tensor[maxRows + 1];
  }

  /** States the shape of the rows that follow, forgetting the tensors of another shape. */
  void rowShape(long[] inner, long bytesPerRow) {
    forget();
    rowBytes = bytesPerRow;
    int skipped = batched ? 1 : 0;
    if (dimensions.length != inner.length + skipped) {
      dimensions = new long[inner.length + skipped];
    }
    System.arraycopy(inner, 0, dimensions, skipped, inner.length);
  }

  /** Rows {@code from} to {@code to} of the memory; valid until {@link #releaseTemporary}. */
  TF_Tensor of(NativeMemory memory, int from, int to) {
    int rows = to - from;
    if (from == 0 && slices != Slices.COPY_ALL) {
      TF_Tensor tensor = byRows[rows];
      if (tensor == null) {
        tensor = memory.tensor(type, dimensions(rows), 0, rows * rowBytes);
        byRows[rows] = tensor;
        mostRows = Math.max(mostRows, rows);
      }
      return tensor;
    }
    releaseTemporary();
    long offset = from * rowBytes;
    TF_Tensor slice =
        slices == Slices.SHARE_ALL
            ? memory.tensor(type, dimensions(rows), offset, rows * rowBytes)
            : memory.copy(type, dimensions(rows), offset, rows * rowBytes);
    temporary = slice;
    return slice;
  }

  /**
   * Whether a batch is padded behind its rows. Strings are not: a copy of each would be made and
   * kept, where a tensor apart can show the same string again.
   */
  boolean padsInPlace() {
    return slices == Slices.COPY_LATER;
  }

  /**
   * Copies of rows {@code from} to {@code to}, and of the last of them until there are {@code
   * count}; valid until {@link #releaseTemporary}. What a model answers may lie in their memory,
   * which is kept until the next call.
   */
  TF_Tensor padded(NativeMemory memory, int from, int to, int count) {
    releasePadded();
    NativeMemory rows = new NativeMemory(Math.toIntExact(count * rowBytes));
    paddedRows = rows;
    long bytes = (to - from) * rowBytes;
    memory.copyTo(rows, from * rowBytes, bytes);
    rows.repeat(bytes - rowBytes, bytes, count - (to - from));
    TF_Tensor tensor =
        slices == Slices.COPY_ALL
            ? rows.copy(type, dimensions(count), 0, count * rowBytes)
            : rows.tensor(type, dimensions(count), 0, count * rowBytes);
    temporary = tensor;
    return tensor;
  }

  private void releasePadded() {
    releaseTemporary();
    if (paddedRows != null) {
      paddedRows.close();
      paddedRows = null;
    }
  }

  private long[] dimensions(int rows) {
    if (batched) {
      dimensions[0] = rows;
    }
    return dimensions;
  }

  void releaseTemporary() {
    if (temporary != null) {
      tensorflow.TF_DeleteTensor(temporary);
      temporary = null;
    }
  }

  /**
   * Deletes every tensor: the memory under them is about to change place, or their shape to change.
   */
  void forget() {
    releaseTemporary();
    for (int rows = 0; rows <= mostRows; rows++) {
      TF_Tensor tensor = byRows[rows];
      if (tensor != null) {
        tensorflow.TF_DeleteTensor(tensor);
        byRows[rows] = null;
      }
    }
    mostRows = -1;
  }

  @Override
  public void close() {
    forget();
    releasePadded();
  }
}
