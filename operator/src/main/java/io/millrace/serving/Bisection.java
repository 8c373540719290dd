package io.millrace.serving;

import io.millrace.model.Batch;
import io.millrace.model.InferenceException;

/**
 * Runs a batch so that a row that makes the model fail harms no other row: a run that fails is done
 * again in two halves, down to the row at fault. Rows are reported in their order, and those of a
 * successful run before the next run overwrites what the model answered.
 */
public final class Bisection {

  /** What becomes of the rows of a batch. */
  public interface Sink {
    /** Rows {@code from} to {@code to} (exclusive) can be read from the batch now. */
    void scored(int from, int to);

    /** This row makes the model fail. */
    void failed(int row, InferenceException failure);
  }

  private Bisection() {}

  /**
   * Runs the rows of a batch that has failed as a whole.
   *
   * @param failure what the whole batch failed with
   */
  public static void run(Batch batch, InferenceException failure, Sink sink) {
    split(batch, 0, batch.rows(), failure, sink);
  }

  private static void run(Batch batch, int from, int to, Sink sink) {
    try {
      batch.run(from, to);
    } catch (InferenceException failure) {
      split(batch, from, to, failure, sink);
      return;
    }
    sink.scored(from, to);
  }

  private static void split(Batch batch, int from, int to, InferenceException failure, Sink sink) {
    if (to - from == 1) {
      sink.failed(from, failure);
      return;
    }
    int middle = (from + to) >>> 1;
    run(batch, from, middle, sink);
    run(batch, middle, to, sink);
  }
}
