package io.millrace.tensor;

import java.io.Serializable;

/**
 * Reads a record's event time, by which its version is chosen. Called on the task thread.
 *
 * @param <T> the record
 */
@FunctionalInterface
public interface TimestampReader<T> extends Serializable {

  /**
   * Milliseconds since 1970-01-01T00:00:00Z.
   *
   * @throws RecordException to send the record to the dead letters with a reason; any other
   *     exception is a bug and fails the task
   */
  long timestamp(T record);
}
