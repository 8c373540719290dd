package io.millrace.serving;

import io.millrace.model.Batch;
import io.millrace.model.InferenceException;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A batch of numbered rows, of which some make every run fail that they are in. */
final class FakeBatch implements Batch {
  final List<String> runs = new ArrayList<>();
  private final int rows;
  private final Set<Integer> poison;

  FakeBatch(int rows, Set<Integer> poison) {
    this.rows = rows;
    this.poison = poison;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int maxRows() {
    return rows;
  }

  @Override
  public <T> boolean append(T record, FeatureWriter<T> writer) {
    throw new IllegalStateException("full");
  }

  @Override
  public void run(int from, int to) throws InferenceException {
    runs.add(from + "-" + to);
    for (int row = from; row < to; row++) {
      if (poison.contains(row)) {
        throw new InferenceException("row " + row, true);
      }
    }
  }

  @Override
  public Prediction prediction(int row) {
    throw new IllegalStateException("nothing reads it");
  }

  @Override
  public void clear() {}

  @Override
  public void close() {}
}
