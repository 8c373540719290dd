package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import java.util.Map;

/**
 * Rows of unlike shapes in one run, padded at the end of each unknown dimension to the longest. A
 * row is written apart first, as its shape is not known before; the rows at hand move apart when a
 * longer one joins them, which is seldom.
 */
final class LengthPaddedBatch implements Batch {
  private final TensorFlowBatch next;
  private final TensorFlowBatch padded;

  private LengthPaddedBatch(TensorFlowBatch next, TensorFlowBatch padded) {
    this.next = next;
    this.padded = padded;
  }

  /**
   * Allocates what a first row needs.
   *
   * @throws ModelException SIGNATURE_MISMATCH if the signature cannot be fed as the options say, or
   *     a pad value is missing, is of the wrong type or names no input
   */
  static LengthPaddedBatch open(BatchOpener opener, BatchOptions options) throws ModelException {
    Map<String, String> values = options.padValues();
    for (String name : values == null ? Map.<String, String>of().keySet() : values.keySet()) {
      if (options.signature().inputIndex(name) < 0) {
        throw new ModelException(
            ModelReason.SIGNATURE_MISMATCH,
            "batching.pad-values names the unknown input '"
                + name
                + "': expected one of "
                + options.signature().inputNames());
      }
    }
    TensorFlowBatch padded = opener.open(options);
    boolean opened = false;
    try {
      LengthPaddedBatch batch =
          new LengthPaddedBatch(
              opener.open(
                  new BatchOptions(options.signature(), true, 1, options.rejectNonFinite())),
              padded);
      opened = true;
      return batch;
    } finally {
      if (!opened) {
        padded.close();
      }
    }
  }

  @Override
  public int rows() {
    return padded.rows();
  }

  @Override
  public int maxRows() {
    return padded.maxRows();
  }

  @Override
  public <T> boolean append(T record, FeatureWriter<T> writer) {
    padded.forgetRun();
    next.clear();
    next.append(record, writer);
    return padded.appendPadded(next);
  }

  @Override
  public void run(int from, int to) throws InferenceException {
    padded.run(from, to);
  }

  @Override
  public Prediction prediction(int row) {
    return padded.prediction(row);
  }

  @Override
  public void clear() {
    padded.clear();
  }

  @Override
  public void close() {
    next.close();
    padded.close();
  }
}
