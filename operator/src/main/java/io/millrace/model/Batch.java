package io.millrace.model;

import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;

/**
 * Rows on their way through a model: filled, run, read, cleared, filled again. One thread at a
 * time; the native memory belongs to the batch and is reused from one filling to the next.
 *
 * <pre>{@code
 * batch.append(record, writer);
 * batch.run(0, batch.rows());
 * batch.prediction(0).output("score").getFloat(0);
 * batch.clear();
 * }</pre>
 */
public interface Batch extends AutoCloseable {

  /** Rows at hand. */
  int rows();

  /** Room for this many rows, of one shape where rows may be of several. */
  int maxRows();

  /** Whether the next row may find no room: it is time to run and clear. */
  default boolean isFull() {
    return rows() >= maxRows();
  }

  /**
   * Writes a record into the next row. Whatever comes of it, the predictions of the last {@link
   * #run} are not readable any more: they may lie in the memory that the rows grow out of.
   *
   * @return false if the record's inner shape is one too many beside those of the rows at hand, or
   *     takes too much memory or padding with them: the rows are unchanged, and are to be run and
   *     cleared before the record is appended again
   * @throws io.millrace.tensor.RecordException if the record does not fit; the rows are unchanged
   * @throws IllegalStateException if the batch is full
   */
  <T> boolean append(T record, FeatureWriter<T> writer);

  /**
   * Runs rows {@code from} (inclusive) to {@code to} (exclusive) in one native call, or one for
   * each shape among them. Where {@link BatchOptions#sizes} asks for more rows, the last of them is
   * repeated; nothing of that shows, unless the model keeps a state.
   *
   * @throws InferenceException if TensorFlow fails, or an output does not have exactly a row for
   *     each input row; no prediction is readable then
   */
  void run(int from, int to) throws InferenceException;

  /**
   * What the last {@link #run} answered for a row within its range. The same object may be returned
   * each time: it shows the last row that was asked for, until the next {@code run}, {@code append}
   * or {@code clear}.
   *
   * @throws IndexOutOfBoundsException if the row is not in the last run, or that is forgotten
   */
  Prediction prediction(int row);

  /** Forgets rows and predictions; the memory is kept. */
  void clear();

  /** Gives the memory back. Idempotent. */
  @Override
  void close();
}
