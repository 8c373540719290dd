package io.millrace.connectors.formats;

import java.io.Serializable;

/** Makes of a record's value the JSON object whose fields go along to the output. */
@FunctionalInterface
public interface RecordJson extends Serializable {

  /** For records that are JSON. */
  RecordJson AS_IT_IS = value -> value;

  byte[] of(byte[] value);
}
