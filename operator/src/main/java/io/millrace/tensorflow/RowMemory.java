package io.millrace.tensorflow;

import io.millrace.model.BatchSizes;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Tensor;

/** The native memory of the rows of one input, which grows with them, and the tensors over it. */
final class RowMemory implements AutoCloseable {
  private final int unitBytes;
  private final BatchSizes sizes;
  private final InputTensors tensors;
  private @Nullable NativeMemory memory;
  private int unitsPerRow;

  /**
   * @param unitBytes bytes of one unit
   */
  RowMemory(int unitBytes, BatchSizes sizes, InputTensors tensors) {
    this.unitBytes = unitBytes;
    this.sizes = sizes;
    this.tensors = tensors;
  }

  /** States the shape of the rows that follow. */
  void rowShape(long[] dimensions, int units) {
    unitsPerRow = units;
    tensors.rowShape(dimensions, (long) units * unitBytes);
  }

  /** What a run of so many rows takes, padded to the size that it may have. */
  long bytesOf(int rows, int unitsOfRow) {
    return (long) sizes.padded(rows) * unitsOfRow * unitBytes;
  }

  /** The same, of rows that may be too large. */
  double bytesOf(int rows, double unitsOfRow) {
    return (double) sizes.padded(rows) * unitsOfRow * unitBytes;
  }

  /** What is held, used or not. */
  long bytes() {
    return memory == null ? 0 : memory.bytes();
  }

  /** What would be held with room for these bytes. */
  long grown(long needed, int unitsOfRow) {
    long held = bytes();
    if (memory != null && held >= needed) {
      return held;
    }
    // Doubled, so that rows of any number cost a constant each.
    long allRows = (long) sizes.max() * unitsOfRow * unitBytes;
    return Math.max(needed, Math.min(Math.min(allRows, Integer.MAX_VALUE), 2 * held));
  }

  /**
   * Makes room for rows of the stated shape.
   *
   * @return the memory if the values moved there, else null
   */
  @Nullable NativeMemory growToRows(int rows) {
    long needed = bytesOf(rows, unitsPerRow);
    return replace(Math.toIntExact(needed), grown(needed, unitsPerRow));
  }

  /**
   * Makes room for rows of any shapes.
   *
   * @return the memory if the values moved there, else null
   */
  @Nullable NativeMemory growToUnits(int units) {
    int needed = Math.multiplyExact(units, unitBytes);
    return replace(needed, Math.max(needed, Math.min(Integer.MAX_VALUE, 2 * bytes())));
  }

  private @Nullable NativeMemory replace(int needed, long wanted) {
    NativeMemory old = memory;
    if (old != null && old.bytes() >= needed) {
      return null;
    }
    NativeMemory grown = new NativeMemory((int) wanted);
    if (old != null) {
      old.copyTo(grown, 0, old.bytes());
      tensors.forget();
      old.close();
    }
    memory = grown;
    return grown;
  }

  /** Whether a batch is padded behind its rows, for which there has to be room. */
  boolean padsInPlace() {
    return tensors.padsInPlace();
  }

  /**
   * Rows {@code from} to {@code to}, and the last of them again until there are {@code count};
   * valid until {@link #releaseTemporary}.
   *
   * @param inPlace whether the others may be written behind the rows
   */
  TF_Tensor tensor(int from, int to, int count, boolean inPlace) {
    NativeMemory rows = memory;
    if (rows == null) {
      throw new IllegalStateException("there are no rows");
    }
    if (count > to - from && !inPlace) {
      return tensors.padded(rows, from, to, count);
    }
    if (count > to - from) {
      long rowBytes = (long) unitsPerRow * unitBytes;
      rows.repeat((to - 1) * rowBytes, to * rowBytes, count - to);
      return tensors.of(rows, 0, count);
    }
    return tensors.of(rows, from, to);
  }

  void releaseTemporary() {
    tensors.releaseTemporary();
  }

  /** Gives the memory back; the rows in it are lost. */
  void giveBack() {
    tensors.close();
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }

  @Override
  public void close() {
    giveBack();
  }
}
