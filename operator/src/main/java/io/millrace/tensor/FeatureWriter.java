package io.millrace.tensor;

import java.io.Serializable;

/**
 * Writes a record into a row of the open batch: the user-defined transform before the model. Called
 * on the task thread; may be called twice for one record, so it must not have side effects.
 *
 * @param <T> the record
 */
@FunctionalInterface
public interface FeatureWriter<T> extends Serializable {

  /**
   * Writes every input of the row.
   *
   * @throws RecordException to send the record to the dead letters with a reason; any other
   *     exception is a bug and fails the task
   */
  void write(T record, Row row);
}
