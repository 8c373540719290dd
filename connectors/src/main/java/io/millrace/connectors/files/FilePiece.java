package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordReason;
import org.jspecify.annotations.Nullable;

/**
 * What a reader found in a file: a record, or what stands where one should be.
 *
 * @param offset where it begins, counted in the bytes that a compressed file unpacks to
 * @param timestamp epoch milliseconds, {@link KafkaRecord#NO_TIMESTAMP} where files have none
 * @param key the record's key, null where it has none
 * @param value the record's bytes, null where they cannot be had
 * @param refusal why it is no record, null where it is one
 */
record FilePiece(
    long offset,
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    @Nullable RecordRefusal refusal) {

  /** A record. */
  static FilePiece record(long offset, byte[] value) {
    return new FilePiece(offset, KafkaRecord.NO_TIMESTAMP, null, value, null);
  }

  /** A place where a record should be. */
  static FilePiece refused(long offset, RecordReason reason, String message) {
    return new FilePiece(
        offset, KafkaRecord.NO_TIMESTAMP, null, null, new RecordRefusal(reason, message));
  }
}
