package io.millrace.connectors.formats;

import io.millrace.tensor.RecordReason;
import java.util.List;

/** The fields of a schema are not those that a job wants; the message has all that is wrong. */
public final class UnfitSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  private final RecordReason reason;

  /** One that is about types. */
  UnfitSchemaException(List<String> misfits) {
    this(RecordReason.WRONG_TYPE, misfits);
  }

  /**
   * @param reason that each record of the schema is rejected for
   */
  UnfitSchemaException(RecordReason reason, List<String> misfits) {
    super(String.join("; ", misfits));
    this.reason = reason;
  }

  /**
   * What a record of the schema is rejected for: WRONG_TYPE if a field is not what it should be,
   * else MISSING_FIELD if one is absent, else UNKNOWN_FIELD.
   */
  RecordReason reason() {
    return reason;
  }
}
