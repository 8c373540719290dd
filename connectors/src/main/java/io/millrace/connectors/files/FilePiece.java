package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroMeasure;
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
 * @param origin the record as its topic had it, where it counts as one of the topic
 * @param heapBytes about how many bytes it has in memory
 */
record FilePiece(
    long offset,
    long timestamp,
    byte @Nullable [] key,
    byte @Nullable [] value,
    @Nullable AvroRecord decoded,
    @Nullable RecordRefusal refusal,
    @Nullable KafkaRecord origin,
    long heapBytes) {

  /** What is not decoded. */
  FilePiece(
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      @Nullable RecordRefusal refusal) {
    this(offset, timestamp, key, value, null, refusal, null, value == null ? 0 : value.length);
  }

  /** A record. */
  static FilePiece record(long offset, byte[] value) {
    return new FilePiece(offset, KafkaRecord.NO_TIMESTAMP, null, value, null);
  }

  /** A record that counts as one of its topic. */
  static FilePiece of(KafkaRecord origin) {
    byte[] value = origin.value();
    return new FilePiece(
        origin.offset(),
        origin.timestamp(),
        origin.key(),
        value,
        null,
        null,
        origin,
        value == null ? 0 : value.length);
  }

  /**
   * A decoded record, which nobody reads another one into. It is refused if it has more bytes than
   * it may have, or a string that is none.
   */
  static FilePiece decoded(long offset, AvroRecord record, int maxRecordBytes) {
    AvroMeasure measure = AvroMeasure.of(record);
    if (measure.bytes() > maxRecordBytes) {
      return unfit(
          offset,
          record,
          RecordReason.TOO_LARGE,
          "the record has " + measure.bytes() + " bytes: expected at most " + maxRecordBytes);
    }
    if (!measure.isUtf8()) {
      return unfit(offset, record, RecordReason.MALFORMED, "a string of the record is no UTF-8");
    }
    byte[] carried = record.carriedJson();
    long bytes = measure.heapBytes() + (carried == null ? 0 : carried.length);
    return new FilePiece(
        offset, KafkaRecord.NO_TIMESTAMP, null, carried, record, null, null, bytes);
  }

  private static FilePiece unfit(
      long offset, AvroRecord record, RecordReason reason, String message) {
    return new FilePiece(
        offset, KafkaRecord.NO_TIMESTAMP, null, record.json(), new RecordRefusal(reason, message));
  }

  /** A place where a record should be. */
  static FilePiece refused(long offset, RecordReason reason, String message) {
    return new FilePiece(
        offset, KafkaRecord.NO_TIMESTAMP, null, null, new RecordRefusal(reason, message));
  }
}
