package io.millrace.flink;

import io.millrace.model.Batch;
import io.millrace.model.ModelException;
import io.millrace.model.ModelVersion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What arrived since the last batch was handed over, in order: records whose features are in the
 * rows of a native batch, rejected records, and watermarks and their like, which must not overtake
 * records.
 */
final class RecordBatch {
  /** A timestamp that is absent. */
  static final long NO_TIMESTAMP = Long.MIN_VALUE;

  private final ServedModel model;
  private final Batch own;
  private Batch rows;
  private @Nullable MixedRows mixed;
  private Object[] elements = new Object[16];
  private long[] timestamps = new long[16];
  private int[] rowOf = new int[16];
  private int size;

  // Written by the thread that runs the batch; whoever reads the others has read `done` first.
  private @Nullable Throwable failure;
  private long runNanos;
  private volatile boolean done;

  RecordBatch(ServedModel model, Batch rows) {
    this.model = model;
    this.own = rows;
    this.rows = rows;
  }

  /** What this batch goes back to. */
  ServedModel model() {
    return model;
  }

  /** The records that come are scored by this version, whatever those before them are. */
  void select(ServedModel version) throws ModelException {
    if (mixed == null && version != model) {
      mixed = new MixedRows(model, own);
      rows = mixed;
    }
    if (mixed != null) {
      mixed.select(version);
    }
  }

  /** What scores the record at this index, which has a row. */
  ModelVersion version(int index) {
    return mixed == null ? model.version() : mixed.version(rowOf[index]);
  }

  Batch rows() {
    return rows;
  }

  /** The record whose features were just written into the last row. */
  void addScored(Object record, long timestamp) {
    add(record, timestamp, rows.rows() - 1);
  }

  /** An element without a row: a rejection, or an element of the stream that is no record. */
  void addOther(Object element, long timestamp) {
    add(element, timestamp, -1);
  }

  private void add(Object element, long timestamp, int row) {
    if (size == elements.length) {
      elements = Arrays.copyOf(elements, size * 2);
      timestamps = Arrays.copyOf(timestamps, size * 2);
      rowOf = Arrays.copyOf(rowOf, size * 2);
    }
    elements[size] = element;
    timestamps[size] = timestamp;
    rowOf[size] = row;
    size++;
  }

  int size() {
    return size;
  }

  Object element(int index) {
    return elements[index];
  }

  /** Of the record, or {@link #NO_TIMESTAMP}. */
  long timestamp(int index) {
    return timestamps[index];
  }

  /** The row of a record, or -1. */
  int row(int index) {
    return rowOf[index];
  }

  boolean isFull() {
    return rows.isFull() || isFullOfOthers();
  }

  /** A stream of nothing but bad records is passed on in batches as well. */
  boolean isFullOfOthers() {
    return size - rows.rows() >= rows.maxRows();
  }

  /** Runs all rows; what goes wrong is kept for the task thread, which bisects or fails. */
  void run() {
    long start = System.nanoTime();
    try {
      if (rows.rows() > 0) {
        rows.run(0, rows.rows());
      }
    } catch (Throwable t) {
      failure = t;
    }
    runNanos = System.nanoTime() - start;
    done = true;
  }

  boolean isDone() {
    return done;
  }

  /** How long the run took, including one that failed. */
  long runNanos() {
    return runNanos;
  }

  /** What the run threw, null if it succeeded. */
  @Nullable Throwable failure() {
    return failure;
  }

  void clear() {
    if (mixed != null) {
      mixed.giveBack();
      mixed = null;
      rows = own;
    }
    rows.clear();
    Arrays.fill(elements, 0, size, null);
    size = 0;
    done = false;
    failure = null;
  }

  void close() {
    own.close();
  }
}
