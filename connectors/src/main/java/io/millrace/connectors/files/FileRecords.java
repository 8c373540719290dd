package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.TimestampReader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Records from files in the form in which records from topics come. */
public final class FileRecords {
  private FileRecords() {}

  /** A piece with its place; one that is no record carries the reason as its key. */
  static KafkaRecord located(String path, int split, FilePiece piece) {
    RecordReason reason = piece.reason();
    byte @Nullable [] key =
        reason == null ? null : (reason.name() + ' ' + piece.message()).getBytes(UTF_8);
    return new KafkaRecord(
        path, split, piece.offset(), KafkaRecord.NO_TIMESTAMP, 0, key, piece.value());
  }

  /**
   * What writes a file's records into the model's inputs: as records of a topic are written, and
   * what is none is rejected for the reason that its reader found.
   */
  public static FeatureWriter<KafkaRecord> writer(FeatureWriter<KafkaRecord> records) {
    return new Writer(records);
  }

  /** As {@link #writer}, for what reads event times. */
  public static TimestampReader<KafkaRecord> timestamps(TimestampReader<KafkaRecord> records) {
    return record -> {
      if (record.value() == null) {
        throw refusal(record);
      }
      return records.timestamp(record);
    };
  }

  private static final class Writer implements FeatureWriter<KafkaRecord> {
    private static final long serialVersionUID = 1L;

    private final FeatureWriter<KafkaRecord> records;

    Writer(FeatureWriter<KafkaRecord> records) {
      this.records = Objects.requireNonNull(records, "records");
    }

    @Override
    public void write(KafkaRecord record, Row row) {
      if (record.value() == null) {
        throw refusal(record);
      }
      records.write(record, row);
    }
  }

  private static RecordException refusal(KafkaRecord record) {
    byte[] key = Objects.requireNonNull(record.key(), "a reason");
    String text = new String(key, UTF_8);
    int end = text.indexOf(' ');
    return new RecordException(
        RecordReason.valueOf(text.substring(0, end)), text.substring(end + 1));
  }
}
