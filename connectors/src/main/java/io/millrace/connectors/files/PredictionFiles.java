package io.millrace.connectors.files;

import io.millrace.connectors.formats.RecordJson;
import io.millrace.connectors.formats.ScoredAvroFormat;
import io.millrace.connectors.formats.ScoredRecordFormat;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.Prediction;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What the files of predictions are: JSON lines, Avro's object containers or Parquet, with the same
 * fields. The same records give the same bytes.
 *
 * <pre>{@code
 * PredictionFiles.avro(ScoredRecordSchema.of(signature, List.of("id"), Map.of()), List.of("id"))
 * }</pre>
 */
public final class PredictionFiles implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Makes what is written of a prediction. */
  @FunctionalInterface
  private interface Encoding extends Serializable {
    byte[] value(KafkaRecord record, Prediction prediction, ModelVersion version);
  }

  /** Makes what writes the file of this name. */
  @FunctionalInterface
  private interface Container extends Serializable {
    BulkWriter<byte[]> open(FSDataOutputStream out, String name) throws IOException;
  }

  private static final int MAX_OPEN_LINES = 64;

  // Parquet holds a group of rows for each in memory, Avro a block.
  private static final int MAX_OPEN_TYPED = 8;

  private final String suffix;
  private final Encoding encoding;
  private final Container container;
  private final @Nullable DatePartitions partitions;

  private PredictionFiles(String suffix, Encoding encoding, Container container) {
    this(suffix, encoding, container, null);
  }

  private PredictionFiles(
      String suffix, Encoding encoding, Container container, @Nullable DatePartitions partitions) {
    this.suffix = suffix;
    this.encoding = Objects.requireNonNull(encoding, "encoding");
    this.container = Objects.requireNonNull(container, "container");
    this.partitions = partitions;
  }

  /**
   * A JSON object a line, as the output topic has them.
   *
   * @param carriedFields fields of a JSON record that are copied
   */
  public static PredictionFiles json(List<String> carriedFields) {
    return json(carriedFields, RecordJson.AS_IT_IS);
  }

  /** Likewise, for records that are no JSON. */
  public static PredictionFiles json(List<String> carriedFields, RecordJson records) {
    return new PredictionFiles(
        LineWriter.SUFFIX,
        new ScoredRecordFormat("", carriedFields, false).reading(records)::value,
        (out, name) -> new LineWriter(out));
  }

  /**
   * Avro's object containers.
   *
   * @param schema of those fields
   */
  public static PredictionFiles avro(Schema schema, List<String> carriedFields) {
    return avro(schema, carriedFields, RecordJson.AS_IT_IS);
  }

  /** Likewise, for records that are no JSON. */
  public static PredictionFiles avro(
      Schema schema, List<String> carriedFields, RecordJson records) {
    String text = schema.toString();
    return new PredictionFiles(
        ".avro",
        new ScoredAvroFormat(schema, carriedFields).reading(records)::value,
        (out, name) -> AvroContainers.open(text, out, name));
  }

  /**
   * Parquet files.
   *
   * @param schema of those fields
   */
  public static PredictionFiles parquet(Schema schema, List<String> carriedFields) {
    return parquet(schema, carriedFields, RecordJson.AS_IT_IS);
  }

  /** Likewise, for records that are no JSON. */
  public static PredictionFiles parquet(
      Schema schema, List<String> carriedFields, RecordJson records) {
    String text = schema.toString();
    return new PredictionFiles(
        ".parquet",
        new ScoredAvroFormat(schema, carriedFields).reading(records)::value,
        (out, name) -> new ParquetFileWriter(text, out));
  }

  /** The same, in a folder for each day. */
  public PredictionFiles partitioned(DatePartitions by) {
    return new PredictionFiles(suffix, encoding, container, by);
  }

  /** The folder of a record, below the output's; empty for that one. */
  String partition(KafkaRecord record) {
    return partitions == null ? "" : partitions.of(record);
  }

  byte[] value(KafkaRecord record, Prediction prediction, ModelVersion version) {
    return encoding.value(record, prediction, version);
  }

  /** What the names of the files end with. */
  String suffix() {
    return suffix;
  }

  /** How many files may be written at a time. */
  int maxOpen() {
    return suffix.equals(LineWriter.SUFFIX) ? MAX_OPEN_LINES : MAX_OPEN_TYPED;
  }

  BulkWriter<byte[]> open(FSDataOutputStream out, String name) throws IOException {
    return container.open(out, name);
  }
}
