package io.millrace.flink;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.RecordReason;
import org.jspecify.annotations.Nullable;

/**
 * Why nothing scores the records of a time.
 *
 * @param version what is valid then, null if nothing is
 */
record NoVersion(String message, @Nullable Publish version) {
  private static final String WITHOUT_TIMESTAMP =
      "the record has no timestamp, by which its version is to be chosen (%s event-time)"
          .formatted(InferenceOptions.SWITCH_POLICY.key());

  /** The record as a dead letter. */
  static <T> Rejection<T> rejection(T record, long timestampMillis, EventTimeControl control) {
    return timestampMillis == RecordBatch.NO_TIMESTAMP
        ? new Rejection<>(record, RecordReason.NO_MODEL, WITHOUT_TIMESTAMP, null)
        : control.refusal().rejection(record);
  }

  private <T> Rejection<T> rejection(T record) {
    return new Rejection<>(record, RecordReason.NO_MODEL, message, asked());
  }

  // A version whose files were never read has no digest yet.
  private @Nullable ModelVersion asked() {
    return version == null
        ? null
        : new ModelVersion(
            version.model(), version.version(), version.digest() == null ? "" : version.digest());
  }
}
