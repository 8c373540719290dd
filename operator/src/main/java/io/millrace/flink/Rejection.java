package io.millrace.flink;

import io.millrace.model.ModelVersion;
import io.millrace.tensor.RecordReason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be scored.
 *
 * @param record the record, untouched
 * @param message one line: what, where, actual and expected; never the payload
 * @param version the version that was asked, null where none was
 */
public record Rejection<T>(
    T record, RecordReason reason, String message, @Nullable ModelVersion version) {

  public Rejection {
    Objects.requireNonNull(record, "record");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(message, "message");
  }
}
