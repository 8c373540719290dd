package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of unlike shapes, in their order: each shape has a batch of its own, and a run is a call for
 * each. A row is written apart first, as its shape is not known before, and then copied to its
 * like.
 */
final class GroupedBatch implements Batch {
  /** More shapes than these at a time wait for the next batch. */
  static final int MAX_GROUPS = 16;

  /** What the rows of a batch hold in native memory at the most, if they are more than one. */
  static final long MAX_BYTES = 256L << 20;

  private final BatchOpener opener;
  private final BatchOptions options;
  private final TensorFlowBatch next;
  private final List<TensorFlowBatch> groups = new ArrayList<>(MAX_GROUPS);
  private final RunRange answered = new RunRange();
  private final int[] firstRow = new int[MAX_GROUPS];
  private final int[] endRow = new int[MAX_GROUPS];
  private int[] groupOf = new int[16];
  private int[] rowOf = new int[16];
  private int rows;
  private int latest;
  private boolean full;

  private GroupedBatch(BatchOpener opener, BatchOptions options, TensorFlowBatch next) {
    this.opener = opener;
    this.options = options;
    this.next = next;
  }

  /**
   * Allocates what a first row needs.
   *
   * @throws ModelException SIGNATURE_MISMATCH if the signature cannot be fed as the options say,
   *     TOO_LARGE if the rows of an input of known shape do not fit 2 GiB
   */
  static GroupedBatch open(BatchOpener opener, BatchOptions options) throws ModelException {
    TensorFlowBatch next = opener.open(options.unpadded(1), true);
    GroupedBatch batch = new GroupedBatch(opener, options, next);
    boolean opened = false;
    try {
      batch.groups.add(opener.open(options, false));
      opened = true;
      return batch;
    } finally {
      if (!opened) {
        batch.close();
      }
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  /** Of one shape. */
  @Override
  public int maxRows() {
    return options.maxRows();
  }

  @Override
  public boolean isFull() {
    return full;
  }

  @Override
  public <T> boolean append(T record, FeatureWriter<T> writer) {
    answered.forget();
    if (full) {
      throw new IllegalStateException("the batch is full: " + rows + " rows");
    }
    next.clear();
    next.append(record, writer);
    int index = groupOfNext();
    if (index < 0) {
      return false;
    }
    TensorFlowBatch group = groups.get(index);
    if (!hasRoomFor(group)) {
      return false;
    }
    group.take(next);
    latest = index;
    full |= group.isFull();
    if (rows == groupOf.length) {
      groupOf = Arrays.copyOf(groupOf, rows * 2);
      rowOf = Arrays.copyOf(rowOf, rows * 2);
    }
    groupOf[rows] = index;
    rowOf[rows] = group.rows() - 1;
    rows++;
    return true;
  }

  /** Where the next row belongs, or -1 if there are too many shapes. */
  private int groupOfNext() {
    if (groups.get(latest).hasShapeOf(next)) {
      return latest;
    }
    int free = -1;
    for (int i = 0; i < groups.size(); i++) {
      TensorFlowBatch group = groups.get(i);
      if (group.hasShapeOf(next)) {
        return i;
      }
      if (free < 0 && group.rows() == 0) {
        free = i;
      }
    }
    if (free >= 0 || groups.size() == MAX_GROUPS) {
      return free;
    }
    try {
      groups.add(opener.open(options, false));
    } catch (ModelException e) {
      throw new IllegalStateException("the first group was opened with the same options", e);
    }
    return groups.size() - 1;
  }

  /** Whether the next row can join a group, given that memory is bounded. */
  private boolean hasRoomFor(TensorFlowBatch group) {
    long growth = group.growthFor(next);
    if (growth == 0 || heldBytes() + growth <= MAX_BYTES) {
      return true;
    }
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).rows() == 0) {
        groups.get(i).giveBack();
      }
    }
    return rows == 0 || heldBytes() + group.growthFor(next) <= MAX_BYTES;
  }

  /** Native memory of the rows that is held, used or not. */
  long heldBytes() {
    long bytes = 0;
    for (int i = 0; i < groups.size(); i++) {
      bytes += groups.get(i).heldBytes();
    }
    return bytes;
  }

  @Override
  public void run(int from, int to) throws InferenceException {
    RunRange.check(from, to, rows);
    answered.forget();
    Arrays.fill(endRow, 0);
    // The rows of a group keep the order in which they came, so those of a range are a range.
    for (int row = to - 1; row >= from; row--) {
      int group = groupOf[row];
      firstRow[group] = rowOf[row];
      endRow[group] = Math.max(endRow[group], rowOf[row] + 1);
    }
    for (int i = 0; i < groups.size(); i++) {
      if (endRow[i] > 0) {
        groups.get(i).run(firstRow[i], endRow[i]);
      }
    }
    answered.set(from, to);
  }

  @Override
  public Prediction prediction(int row) {
    answered.indexOf(row);
    return groups.get(groupOf[row]).prediction(rowOf[row]);
  }

  @Override
  public void clear() {
    answered.forget();
    boolean shrunk = false;
    for (int i = 0; i < groups.size(); i++) {
      shrunk |= groups.get(i).clearAndShrink();
    }
    if (shrunk) {
      next.giveBack();
    }
    rows = 0;
    full = false;
  }

  @Override
  public void close() {
    next.close();
    groups.forEach(TensorFlowBatch::close);
  }
}
