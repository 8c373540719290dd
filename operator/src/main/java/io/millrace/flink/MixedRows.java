package io.millrace.flink;

import io.millrace.model.Batch;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of several versions in one order, each run by its own version: where records of two versions
 * take turns, a batch for each change would be a batch a record. The batches are lent by their
 * versions, the first one by the owner of this object.
 */
final class MixedRows implements Batch {

  /**
   * The rows of one version.
   *
   * @param lent what is to be given back, null for the first
   */
  private record Part(ServedModel model, Batch rows, @Nullable RecordBatch lent) {}

  private final List<Part> parts = new ArrayList<>();
  private int[] partOf = new int[64];
  private int[] rowIn = new int[64];
  private int rows;
  private int selected;

  /**
   * @param first the rows at hand, all of this version
   */
  MixedRows(ServedModel model, Batch first) {
    parts.add(new Part(model, first, null));
    for (int row = 0; row < first.rows(); row++) {
      add(row);
    }
  }

  /** The rows that come are of this version. */
  void select(ServedModel model) throws ModelException {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).model() == model) {
        selected = i;
        return;
      }
    }
    RecordBatch lent = model.takeBatch();
    parts.add(new Part(model, lent.rows(), lent));
    selected = parts.size() - 1;
  }

  ModelVersion version(int row) {
    return parts.get(partOf[row]).model().version();
  }

  /** The first part is cleared by its owner. */
  void giveBack() {
    for (Part part : parts) {
      if (part.lent() != null) {
        part.model().giveBack(part.lent());
      }
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int maxRows() {
    return parts.get(selected).rows().maxRows();
  }

  @Override
  public boolean isFull() {
    return parts.get(selected).rows().isFull();
  }

  @Override
  public <T> boolean append(T record, FeatureWriter<T> writer) {
    Batch target = parts.get(selected).rows();
    boolean added = target.append(record, writer);
    if (added) {
      add(target.rows() - 1);
    }
    return added;
  }

  private void add(int row) {
    if (rows == partOf.length) {
      partOf = Arrays.copyOf(partOf, rows * 2);
      rowIn = Arrays.copyOf(rowIn, rows * 2);
    }
    partOf[rows] = selected;
    rowIn[rows] = row;
    rows++;
  }

  // The rows of a version among these are neighbours within its batch.
  @Override
  public void run(int from, int to) throws InferenceException {
    for (int i = 0; i < parts.size(); i++) {
      int first = -1;
      int end = -1;
      for (int row = from; row < to; row++) {
        if (partOf[row] == i) {
          first = first < 0 ? rowIn[row] : first;
          end = rowIn[row] + 1;
        }
      }
      if (first >= 0) {
        parts.get(i).rows().run(first, end);
      }
    }
  }

  @Override
  public Prediction prediction(int row) {
    return parts.get(partOf[row]).rows().prediction(rowIn[row]);
  }

  @Override
  public void clear() {
    parts.forEach(part -> part.rows().clear());
    rows = 0;
  }

  /** Each batch is closed by its version. */
  @Override
  public void close() {}
}
