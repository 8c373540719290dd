package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroRecord;
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

  /** Its value is, of a decoded record, an object of the fields that go along to the output. */
  private final KafkaRecord carried;

  private final @Nullable AvroRecord decoded;
  private final @Nullable RecordRefusal refusal;

  private LocatedRecord(
      KafkaRecord carried, @Nullable AvroRecord decoded, @Nullable RecordRefusal refusal) {
    this.carried = Objects.requireNonNull(carried, "carried");
    this.decoded = decoded;
    this.refusal = refusal;
  }

  /** A record that is not decoded yet, or none. */
  LocatedRecord(KafkaRecord record, @Nullable RecordRefusal refusal) {
    this(record, null, refusal);
  }

  /** A record from elsewhere. */
  public static LocatedRecord of(KafkaRecord record) {
    return new LocatedRecord(record, null);
  }

  /** A piece of the split of this number of a file. */
  static LocatedRecord of(String path, int split, FilePiece piece) {
    if (piece.origin() != null) {
      return of(piece.origin());
    }
    return new LocatedRecord(
        new KafkaRecord(
            path, split, piece.offset(), piece.timestamp(), 0, piece.key(), piece.value()),
        piece.decoded(),
        piece.refusal());
  }

  /** The same record with another key. */
  LocatedRecord withKey(byte @Nullable [] key) {
    return new LocatedRecord(with(key, carried.value()), decoded, refusal);
  }

  private KafkaRecord with(byte @Nullable [] key, byte @Nullable [] value) {
    return new KafkaRecord(
        carried.topic(),
        carried.partition(),
        carried.offset(),
        carried.timestamp(),
        carried.readMicros(),
        key,
        value);
  }

  /**
   * The record in the form in which those of topics come, so that formats and outputs serve both:
   * the path as the topic and the number of the split as the partition, unless it counts as one of
   * its topic; the bytes as the value, which is null where they cannot be had. Of a decoded record,
   * the value is made by this call: an object of its wanted fields.
   */
  public KafkaRecord record() {
    return decoded == null ? carried : with(carried.key(), decoded.json());
  }

  /**
   * The record with those fields at least that go along to the output, or that keys and times are
   * made of: what is at hand without making anything. Of a decoded one, the value is null where
   * there are none ({@link io.millrace.connectors.formats.RecordFields#carried}).
   */
  public KafkaRecord carried() {
    return carried;
  }

  /** Why there is no record, null where there is one. */
  @Nullable RecordRefusal refusal() {
    return refusal;
  }

  /**
   * What writes records into the model's inputs: as those of a topic are written, and what is none
   * is rejected for the reason that its reader found. Of files of Avro and Parquet, each record's
   * JSON is made for it: {@link #writer(FeatureWriter, FeatureWriter)} does without.
   */
  public static FeatureWriter<LocatedRecord> writer(FeatureWriter<KafkaRecord> records) {
    return (located, row) -> {
      located.requireRecord();
      records.write(located.record(), row);
    };
  }

  /**
   * Likewise, without a detour for records that are decoded.
   *
   * @param records writes those that are not, or not any more as they were sent on
   * @param decoded writes the others
   */
  public static FeatureWriter<LocatedRecord> writer(
      FeatureWriter<KafkaRecord> records, FeatureWriter<AvroRecord> decoded) {
    return (located, row) -> {
      located.requireRecord();
      if (located.decoded != null) {
        decoded.write(located.decoded, row);
      } else {
        records.write(located.carried, row);
      }
    };
  }

  private void requireRecord() {
    if (refusal != null) {
      throw refusal.toException();
    }
  }

  /** As {@link #writer}, for what reads event times. */
  public static TimestampReader<LocatedRecord> timestamps(TimestampReader<KafkaRecord> records) {
    return located -> {
      located.requireRecord();
      return records.timestamp(located.carried);
    };
  }

  /** Where it is, without the payload. */
  @Override
  public String toString() {
    return carried.topic() + "@" + carried.offset();
  }
}
