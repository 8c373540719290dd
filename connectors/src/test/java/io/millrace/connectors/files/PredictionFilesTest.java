package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connectors.formats.ScoredRecordSchema;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of predictions, read by the readers of their formats. */
class PredictionFilesTest {
  private static final List<String> FIELDS = List.of("id");
  private static final Schema SCHEMA =
      ScoredRecordSchema.of(
          new Signature(
              "serving_default",
              List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1))),
              List.of(
                  new TensorSpec("big", ElementType.UINT64, Shape.of(-1)),
                  new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1, -1, -1)))),
          FIELDS,
          Map.of());

  @TempDir private Path temporary;
  private int runs;

  private static GenericRecord record(int id) {
    GenericRecord fields =
        new GenericRecordBuilder(SCHEMA.getField("fields").schema())
            .set("id", id % 7 == 0 ? null : "id" + id)
            .build();
    List<List<Float>> y = new ArrayList<>();
    for (int i = 0; i < id % 3; i++) {
      y.add(i == 0 ? List.of() : List.of(id / 7f, Float.NaN, Float.NEGATIVE_INFINITY, -0f));
    }
    GenericRecord predictions = new GenericData.Record(SCHEMA.getField("predictions").schema());
    predictions.put("big", java.nio.ByteBuffer.wrap(new byte[] {0, (byte) id}));
    predictions.put("y", y);
    GenericRecord model = new GenericData.Record(SCHEMA.getField("model").schema());
    model.put("name", "m");
    model.put("version", 7L);
    model.put("digest", "sha256:1");
    return new GenericRecordBuilder(SCHEMA)
        .set("key", id % 2 == 0 ? null : java.nio.ByteBuffer.wrap(new byte[] {(byte) id}))
        .set("fields", fields)
        .set("predictions", predictions)
        .set("model", model)
        .build();
  }

  private static List<GenericRecord> records(int count) {
    List<GenericRecord> records = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      records.add(record(id));
    }
    return records;
  }

  private static byte[] encoded(GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(SCHEMA).write(record, encoder);
    return out.toByteArray();
  }

  private Path write(PredictionFiles format, String name, List<GenericRecord> records)
      throws IOException {
    Path target = temporary.resolve("run" + runs++);
    OutputFolder folder =
        OutputFolder.prepare(new org.apache.flink.core.fs.Path(target.toString()), false);
    try (StagedFile file =
        new StagedFile(
            folder,
            name,
            LocalFileSystem.getSharedInstance().createRecoverableWriter(),
            format::open)) {
      for (GenericRecord record : records) {
        file.write(new FileOutcome("file:/in", 0, 7L, encoded(record)));
      }
      folder.commit(List.of(file.finish()));
    }
    return target.resolve(name);
  }

  private static List<String> texts(List<GenericRecord> records) {
    return records.stream().map(GenericRecord::toString).toList();
  }

  @Test
  void avro_whatWasWritten_isReadByAvro_andIsTheSameBytesAgain() throws IOException {
    PredictionFiles avro = PredictionFiles.avro(SCHEMA, FIELDS);
    List<GenericRecord> records = records(5000);

    Path file = write(avro, "a" + avro.suffix(), records);

    List<GenericRecord> read = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(new File(file.toString()), new GenericDatumReader<>())) {
      assertThat(reader.getSchema()).isEqualTo(SCHEMA);
      assertThat(reader.getMetaString("avro.codec")).isEqualTo("deflate");
      reader.forEach(read::add);
    }
    assertThat(texts(read)).isEqualTo(texts(records));
    assertThat(write(avro, "a.avro", records)).hasSameBinaryContentAs(file);
    assertThat(Files.readAllBytes(write(avro, "b.avro", records)))
        .isNotEqualTo(Files.readAllBytes(file));
  }

  @Test
  void parquet_whatWasWritten_isReadByParquet_andIsTheSameBytesAgain() throws IOException {
    PredictionFiles parquet = PredictionFiles.parquet(SCHEMA, FIELDS);
    List<GenericRecord> records = records(5000);

    Path file = write(parquet, "a" + parquet.suffix(), records);

    List<GenericRecord> read = new ArrayList<>();
    try (ParquetReader<GenericRecord> reader =
        AvroParquetReader.<GenericRecord>builder(new LocalInputFile(file))
            .withDataModel(GenericData.get())
            .build()) {
      for (GenericRecord next = reader.read(); next != null; next = reader.read()) {
        read.add(next);
      }
    }
    assertThat(texts(read)).isEqualTo(texts(records));
    assertThat(write(parquet, "a.parquet", records)).hasSameBinaryContentAs(file);
  }

  @Test
  void json_isALineEach() throws IOException {
    PredictionFiles json = PredictionFiles.json(FIELDS);
    Path target = temporary.resolve("json");
    OutputFolder folder =
        OutputFolder.prepare(new org.apache.flink.core.fs.Path(target.toString()), false);
    String huge = "x".repeat(100_000);
    try (StagedFile file =
        new StagedFile(
            folder,
            "a" + json.suffix(),
            LocalFileSystem.getSharedInstance().createRecoverableWriter(),
            json::open)) {
      for (String line : List.of("{}", huge, "{}")) {
        file.write(new FileOutcome("file:/in", 0, 7L, line.getBytes(UTF_8)));
      }
      folder.commit(List.of(file.finish()));
    }

    assertThat(target.resolve("a.jsonl")).hasContent("{}\n" + huge + "\n{}\n");
  }
}
