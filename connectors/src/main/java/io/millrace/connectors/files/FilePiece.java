package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroRecord;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordReason;
import org.jspecify.annotations.Nullable;

/**
 * What a reader found in a file: a record, or what stands where one should be.
 *
 * @param offset where it begins, counted in the bytes that a compressed file unpacks to
 * @param timestamp epoch milliseconds, {@link KafkaRecord#NO_TIMESTAMP} where files have none
 * @param key the record's key, null where it has none
 * @param value the record's bytes, null where they cannot be had; of a decoded one, an object of
 *     the fields that go along to the output, null where none does
 * @param decoded the record, where its file has it in a form that is decoded at once
 * @param refusal why it is no record, null where it is one
 */
record FilePiece(
    long offset,
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    @Nullable AvroRecord decoded,
    @Nullable RecordRefusal refusal) {

  /** A record. */
  static FilePiece record(long offset, byte[] value) {
    return new FilePiece(offset, KafkaRecord.NO_TIMESTAMP, null, value, null, null);
  }

  /** A decoded record, which nobody reads another one into. */
  static FilePiece decoded(long offset, AvroRecord record) {
    return new FilePiece(
        offset, KafkaRecord.NO_TIMESTAMP, null, record.carriedJson(), record, null);
  }

  /** A place where a record should be. */
  static FilePiece refused(long offset, RecordReason reason, String message) {
    return new FilePiece(
        offset, KafkaRecord.NO_TIMESTAMP, null, null, null, new RecordRefusal(reason, message));
  }
}
