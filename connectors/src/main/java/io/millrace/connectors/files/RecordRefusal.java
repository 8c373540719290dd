package io.millrace.connectors.files;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.util.Objects;

/**
 * Why a reader takes what it found for no record.
 *
 * @param reason the code in the dead letter
 * @param message one line: what, actual and expected; never the payload
 */
record RecordRefusal(RecordReason reason, String message) {
  RecordRefusal {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(message, "message");
  }

  RecordException toException() {
    return new RecordException(reason, message);
  }
}
