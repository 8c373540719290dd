package io.millrace.jobs;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.LocatedFile;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensorflow.TfRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records in a file, in a form that a topic may have them in. */
public final class RecordFile {
  private static final int MAX_BYTES = 1 << 23;

  private RecordFile() {}

  /**
   * Reads records: a JSON object a line, a TFRecord file of examples, or one raw record.
   *
   * @param location a path or URI that Flink reads
   * @throws ConfigurationException if it cannot be read, is no such file, or holds no record
   */
  static List<KafkaRecord> read(String location, Format format) throws ConfigurationException {
    List<byte[]> values;
    try {
      byte[] bytes = LocatedFile.read(location, MAX_BYTES);
      values =
          switch (format) {
            case JSON -> lines(bytes);
            case TF_EXAMPLE -> TfRecords.of(bytes);
            case RAW -> List.of(bytes);
          };
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException(
          ScoreTopicOptions.WARM_UP_RECORDS.key() + ": " + e.getMessage(), e);
    }
    if (values.isEmpty()) {
      throw new ConfigurationException(
          ScoreTopicOptions.WARM_UP_RECORDS.key() + " holds no record: expected at least one");
    }
    List<KafkaRecord> records = new ArrayList<>();
    for (byte[] value : values) {
      records.add(
          new KafkaRecord("warm-up", 0, records.size(), KafkaRecord.NO_TIMESTAMP, 0, null, value));
    }
    return records;
  }

  /** The lines of a text, but for blank ones. */
  public static List<byte[]> lines(byte[] text) {
    return new String(text, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
