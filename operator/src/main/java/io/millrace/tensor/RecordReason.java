package io.millrace.tensor;

/** Why a record went to the dead letters. The names are part of the dead-letter format. */
public enum RecordReason {
  /** The bytes are not what the record format says. */
  MALFORMED,
  /** No value at all (a tombstone). */
  NULL_RECORD,
  /** Larger than the configured maximum. */
  TOO_LARGE,
  /** An input, or a field without a default, is absent. */
  MISSING_FIELD,
  /** A field that no input takes. */
  UNKNOWN_FIELD,
  /** A value of another type than the input's. */
  WRONG_TYPE,
  /** Another rank, dimension or number of values than the input's. */
  WRONG_SHAPE,
  /** NaN or an infinity where the job does not allow it. */
  NON_FINITE_INPUT,
  /** The model answered NaN or an infinity where the job does not allow it. */
  NON_FINITE_OUTPUT,
  /** The record asked for a model that the job does not have. */
  UNKNOWN_MODEL,
  /** No version of the model is available. */
  NO_MODEL,
  /** TensorFlow failed on this record. */
  MODEL_FAILED
}
