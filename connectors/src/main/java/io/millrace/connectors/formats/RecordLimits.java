package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.Serializable;

/**
 * What is checked before a record's bytes are looked at.
 *
 * @param maxRecordBytes the largest value that is read
 * @param maxNestingDepth how deep JSON may be nested
 */
public record RecordLimits(int maxRecordBytes, int maxNestingDepth) implements Serializable {

  /** One mebibyte, as Kafka's own default, and 64 levels. */
  public static final RecordLimits DEFAULT = new RecordLimits(1 << 20, 64);

  /** For records that have passed their own limits already. */
  static final RecordLimits UNBOUNDED = new RecordLimits(Integer.MAX_VALUE, 1000);

  public RecordLimits {
    if (maxRecordBytes < 1) {
      throw new IllegalArgumentException(
          "maximum record size " + maxRecordBytes + ": expected at least one byte");
    }
    if (maxNestingDepth < 1 || maxNestingDepth > 1000) {
      throw new IllegalArgumentException(
          "maximum nesting depth " + maxNestingDepth + ": expected 1 to 1000");
    }
  }

  /** The record's value, within the limits. */
  byte[] valueOf(KafkaRecord record) {
    byte[] value = record.value();
    if (value == null) {
      throw new RecordException(RecordReason.NULL_RECORD, "the record has no value");
    }
    if (value.length > maxRecordBytes) {
      throw new RecordException(
          RecordReason.TOO_LARGE,
          "the record has " + value.length + " bytes: expected at most " + maxRecordBytes);
    }
    return value;
  }
}
