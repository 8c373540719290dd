package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.formats.avro.utils.FSDataInputStreamWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A file of a topic's records as they were, but for their headers: partition, offset, timestamp in
 * epoch milliseconds, key and value, each of the last three or null. It is an Avro object container
 * (deflated) of records {@code io.millrace.TopicRecord}, which Spark, Hive and the like read as
 * well. Not thread-safe.
 *
 * <pre>{@code
 * try (TopicRecording recording = TopicRecording.create(out, "transactions")) {
 *   recording.write(record);
 * }
 * }</pre>
 */
public final class TopicRecording implements AutoCloseable {
  /** What names of such files end with. */
  public static final String SUFFIX = ".avro";

  private static final String TOPIC = "millrace.topic";
  private static final int LEVEL = 6;

  private static final Schema SCHEMA =
      SchemaBuilder.record("io.millrace.TopicRecord")
          .fields()
          .requiredInt("partition")
          .requiredLong("offset")
          .optionalLong("timestamp")
          .optionalBytes("key")
          .optionalBytes("value")
          .endRecord();

  /** Takes one record after the other. */
  @FunctionalInterface
  public interface Visitor {
    void record(KafkaRecord record) throws IOException;
  }

  private final DataFileWriter<GenericRecord> file;
  private final GenericRecord reused = new GenericData.Record(SCHEMA);

  private TopicRecording(DataFileWriter<GenericRecord> file) {
    this.file = file;
  }

  /**
   * Begins a file.
   *
   * @param out closed with this
   */
  public static TopicRecording create(OutputStream out, String topic) throws IOException {
    DataFileWriter<GenericRecord> file = new DataFileWriter<>(new GenericDatumWriter<>(SCHEMA));
    file.setCodec(CodecFactory.deflateCodec(LEVEL));
    file.setMeta(TOPIC, topic);
    file.create(SCHEMA, out);
    return new TopicRecording(file);
  }

  /** Adds a record. */
  public void write(KafkaRecord record) throws IOException {
    reused.put("partition", record.partition());
    reused.put("offset", record.offset());
    long timestamp = record.timestamp();
    reused.put("timestamp", timestamp == KafkaRecord.NO_TIMESTAMP ? null : timestamp);
    reused.put("key", wrap(record.key()));
    reused.put("value", wrap(record.value()));
    file.append(reused);
  }

  private static @Nullable ByteBuffer wrap(byte @Nullable [] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /**
   * Reads a file to its end.
   *
   * @throws IOException if it is no such file, or a damaged one, or its last block is cut off
   */
  public static void read(Path file, Visitor visitor) throws IOException {
    FileSystem files = file.getFileSystem();
    long length = files.getFileStatus(file).getLen();
    GenericDatumReader<GenericRecord> datums = new GenericDatumReader<>();
    try (FSDataInputStream in = files.open(file);
        DataFileReader<GenericRecord> records =
            new DataFileReader<>(new FSDataInputStreamWrapper(in, length), datums)) {
      datums.setExpected(pieces(records).projection());
      String topic = String.valueOf(records.getMetaString(TOPIC));
      GenericRecord record = null;
      while (records.hasNext()) {
        record = records.next(record);
        visitor.record(original(topic, record));
      }
      AvroFileReader.requireWhole(records, length);
    } catch (AvroRuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Each is a piece of its file, by its offset in the topic. */
  static AvroMapping.Mapped pieces(DataFileReader<?> file) throws UnusableContentException {
    requireRecording(file.getSchema());
    return new Recorded(
        record ->
            new FilePiece(
                (long) record.get("offset"),
                timestamp(record),
                bytes(record.get("key")),
                bytes(record.get("value")),
                null));
  }

  /** Each is the record of the topic that it was. */
  static AvroMapping.Mapped originals(DataFileReader<?> file) throws UnusableContentException {
    requireRecording(file.getSchema());
    String topic = file.getMetaString(TOPIC);
    if (topic == null) {
      throw new UnusableContentException(
          "its metadata has no " + TOPIC + ": expected the topic that was recorded");
    }
    return new Recorded(record -> FilePiece.of(original(topic, record)));
  }

  private static void requireRecording(Schema written) throws UnusableContentException {
    boolean fits =
        SchemaCompatibility.checkReaderWriterCompatibility(SCHEMA, written).getType()
            == SchemaCompatibilityType.COMPATIBLE;
    if (!fits || !written.getFullName().equals(SCHEMA.getFullName())) {
      throw new UnusableContentException(
          "it holds %s: expected %s, which 'millrace record' writes"
              .formatted(describe(written), describe(SCHEMA)));
    }
  }

  private static String describe(Schema schema) {
    return schema.getType() == Schema.Type.RECORD
        ? schema.getFields().stream()
            .map(field -> field.name() + " " + field.schema())
            .collect(Collectors.joining(", ", schema.getFullName() + " {", "}"))
        : schema.toString();
  }

  private record Recorded(Function<GenericRecord, FilePiece> pieces) implements AvroMapping.Mapped {
    @Override
    public Schema projection() {
      return SCHEMA;
    }

    @Override
    public boolean isKept() {
      return false;
    }

    @Override
    public FilePiece piece(long block, GenericRecord record) {
      return pieces.apply(record);
    }
  }

  private static KafkaRecord original(String topic, GenericRecord record) {
    return new KafkaRecord(
        topic,
        (int) record.get("partition"),
        (long) record.get("offset"),
        timestamp(record),
        0,
        bytes(record.get("key")),
        bytes(record.get("value")));
  }

  private static long timestamp(GenericRecord record) {
    return record.get("timestamp") instanceof Long timestamp ? timestamp : KafkaRecord.NO_TIMESTAMP;
  }

  private static byte @Nullable [] bytes(@Nullable Object value) {
    if (!(value instanceof ByteBuffer buffer)) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
