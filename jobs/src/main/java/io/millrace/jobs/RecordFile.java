package io.millrace.jobs;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.LocatedFile;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensorflow.TfRecords;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

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
    return read(
        location,
        bytes ->
            switch (format) {
              case JSON -> lines(bytes);
              case TF_EXAMPLE -> TfRecords.of(bytes);
              case RAW -> List.of(bytes);
              case AVRO, AVRO_CONFLUENT ->
                  throw new IllegalArgumentException(
                      "no records in format " + format.spelling() + " without their schema");
            });
  }

  /**
   * Reads the records of an Avro container file, as a topic would have them whose schema is another
   * one.
   *
   * @param schema of the topic
   * @throws ConfigurationException if it cannot be read, is no such file, or holds no record
   */
  static List<KafkaRecord> avro(String location, Schema schema) throws ConfigurationException {
    return read(location, bytes -> datums(bytes, schema));
  }

  private static List<byte[]> datums(byte[] file, Schema schema) throws IOException {
    List<byte[]> datums = new ArrayList<>();
    GenericDatumWriter<Object> writer = new GenericDatumWriter<>(schema);
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(buffer, null);
    try (DataFileStream<Object> records =
        new DataFileStream<>(
            new ByteArrayInputStream(file), new GenericDatumReader<>(null, schema))) {
      while (records.hasNext()) {
        buffer.reset();
        writer.write(records.next(), encoder);
        datums.add(buffer.toByteArray());
      }
    } catch (AvroRuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
    return datums;
  }

  /** Makes records of a file's bytes. */
  private interface Content {
    List<byte[]> records(byte[] bytes) throws IOException;
  }

  private static List<KafkaRecord> read(String location, Content content)
      throws ConfigurationException {
    List<byte[]> values;
    try {
      values = content.records(LocatedFile.read(location, MAX_BYTES));
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
