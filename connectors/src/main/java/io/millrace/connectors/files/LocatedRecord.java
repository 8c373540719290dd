package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.ValueTypeInformation;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.TimestampReader;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * A record of a file with its place, or a place where a record should be and why there is none. All
 * formats of files come to this. Immutable.
 *
 * <pre>{@code
 * Inference.on(history).features(LocatedRecord.writer(JsonRecordFormat.builder().build()));
 * }</pre>
 */
public final class LocatedRecord {
  /** What Flink needs to know about them. */
  public static final TypeInformation<LocatedRecord> TYPE =
      ValueTypeInformation.of(LocatedRecord.class, new LocatedRecordSerializer());

  private final KafkaRecord record;
  private final @Nullable RecordRefusal refusal;

  LocatedRecord(KafkaRecord record, @Nullable RecordRefusal refusal) {
    this.record = Objects.requireNonNull(record, "record");
    this.refusal = refusal;
  }

  /** A record from elsewhere. */
  public static LocatedRecord of(KafkaRecord record) {
    return new LocatedRecord(record, null);
  }

  /** A piece of the split of this number of a file. */
  static LocatedRecord of(String path, int split, FilePiece piece) {
    return new LocatedRecord(
        new KafkaRecord(
            path, split, piece.offset(), piece.timestamp(), 0, piece.key(), piece.value()),
        piece.refusal());
  }

  /**
   * The record in the form in which those of topics come, so that formats and outputs serve both:
   * the path as the topic, the number of the split as the partition, the bytes as the value, which
   * is null where they cannot be had.
   */
  public KafkaRecord record() {
    return record;
  }

  /** Why there is no record, null where there is one. */
  @Nullable RecordRefusal refusal() {
    return refusal;
  }

  /**
   * What writes records into the model's inputs: as those of a topic are written, and what is none
   * is rejected for the reason that its reader found.
   */
  public static FeatureWriter<LocatedRecord> writer(FeatureWriter<KafkaRecord> records) {
    return (located, row) -> {
      RecordRefusal refusal = located.refusal;
      if (refusal != null) {
        throw refusal.toException();
      }
      records.write(located.record, row);
    };
  }

  /** As {@link #writer}, for what reads event times. */
  public static TimestampReader<LocatedRecord> timestamps(TimestampReader<KafkaRecord> records) {
    return located -> {
      RecordRefusal refusal = located.refusal;
      if (refusal != null) {
        throw refusal.toException();
      }
      return records.timestamp(located.record);
    };
  }

  /** Where it is, without the payload. */
  @Override
  public String toString() {
    return record.topic() + "@" + record.offset();
  }
}
