package io.millrace.connectors.formats;

import java.io.Serializable;

/** Makes of a record's value a JSON object of those fields that are asked for. */
@FunctionalInterface
public interface RecordJson extends Serializable {

  /** For records that are JSON. */
  RecordJson AS_IT_IS = value -> value;

  /**
   * The object, in UTF-8.
   *
   * @throws io.millrace.tensor.RecordException if the value is no such record
   */
  byte[] of(byte[] value);
}
