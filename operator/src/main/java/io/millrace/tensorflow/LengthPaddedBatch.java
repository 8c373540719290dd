package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of unlike shapes in one run, padded at the end of each unknown dimension to the longest of
 * the run. A row is kept in its own shape and padded when it is run: with its like, if the whole
 * batch fails because one is too long for the model.
 */
final class LengthPaddedBatch implements Batch {
  private final TensorFlowBatch next;
  private final TensorFlowBatch kept;
  private final TensorFlowBatch packed;
  private final List<UnlikeRows> inputs = new ArrayList<>();
  private final RunRange answered = new RunRange();
  private int rows;

  private LengthPaddedBatch(
      int inputCount, TensorFlowBatch next, TensorFlowBatch kept, TensorFlowBatch packed) {
    this.next = next;
    this.kept = kept;
    this.packed = packed;
    for (int i = 0; i < inputCount; i++) {
      inputs.add(new UnlikeRows(next.input(i), kept.input(i), packed.input(i)));
    }
  }

  /**
   * Allocates what a first row needs.
   *
   * @throws ModelException SIGNATURE_MISMATCH if the signature cannot be fed as the options say, or
   *     a pad value is missing or is of the wrong type
   */
  static LengthPaddedBatch open(BatchOpener opener, BatchOptions options) throws ModelException {
    List<TensorFlowBatch> opened = new ArrayList<>();
    LengthPaddedBatch batch = null;
    try {
      TensorFlowBatch packed = opener.open(options, false);
      opened.add(packed);
      TensorFlowBatch kept = opener.open(options.unpadded(options.maxRows()), false);
      opened.add(kept);
      TensorFlowBatch next = opener.open(options.unpadded(1), true);
      opened.add(next);
      batch = new LengthPaddedBatch(options.signature().inputs().size(), next, kept, packed);
      return batch;
    } finally {
      if (batch == null) {
        opened.forEach(TensorFlowBatch::close);
      }
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int maxRows() {
    return packed.maxRows();
  }

  @Override
  public <T> boolean append(T record, FeatureWriter<T> writer) {
    forgetRun();
    if (rows == packed.maxRows()) {
      throw new IllegalStateException("the batch is full: " + rows + " rows");
    }
    next.clear();
    next.append(record, writer);
    for (int i = 0; i < inputs.size(); i++) {
      if (!inputs.get(i).admitNext(GroupedBatch.MAX_BYTES)) {
        return false;
      }
    }
    for (int i = 0; i < inputs.size(); i++) {
      inputs.get(i).keepNext();
    }
    rows++;
    return true;
  }

  @Override
  public void run(int from, int to) throws InferenceException {
    RunRange.check(from, to, rows);
    forgetRun();
    for (int i = 0; i < inputs.size(); i++) {
      inputs.get(i).pack(from, to);
    }
    packed.filled(to - from);
    packed.run(0, to - from);
    answered.set(from, to);
  }

  private void forgetRun() {
    answered.forget();
    packed.forgetRun();
  }

  @Override
  public Prediction prediction(int row) {
    return packed.prediction(answered.indexOf(row));
  }

  @Override
  public void clear() {
    forgetRun();
    rows = 0;
    for (int i = 0; i < inputs.size(); i++) {
      inputs.get(i).clear();
    }
    // What waits here is no more than what was run.
    if (packed.clearAndShrink()) {
      kept.giveBack();
      next.giveBack();
    }
  }

  @Override
  public void close() {
    next.close();
    kept.close();
    packed.close();
  }
}
