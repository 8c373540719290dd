package io.millrace.model;

import io.millrace.tensor.Prediction;
import java.io.Serializable;

/**
 * Makes a result of a record and what the model answered: the user-defined transform after the
 * model. Called on the task thread, in input order.
 *
 * @param <T> the record
 * @param <OUT> the result
 */
@FunctionalInterface
public interface PredictionReader<T, OUT> extends Serializable {

  /**
   * Reads the row; {@code prediction} is valid only during the call.
   *
   * @param version the version that answered
   * @throws io.millrace.tensor.RecordException to send the record to the dead letters; any other
   *     exception is a bug and fails the task
   */
  OUT read(T record, Prediction prediction, ModelVersion version);
}
