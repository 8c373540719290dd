package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.RecordJson;
import io.millrace.connectors.formats.WantedField;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.util.Utf8;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Avro and Parquet files, written by their own libraries. */
class ColumnFilesTest {
  private static final int RECORDS = 1000;
  private static final int MAX_BYTES = 1 << 20;
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "r", "fields": [
                {"name": "id", "type": "long"},
                {"name": "x", "type": {"type": "array", "items": "float"}},
                {"name": "unused", "type": ["null", "string"]}]}
              """);
  private static final RecordFields FIELDS =
      new RecordFields(
          List.of(
              new WantedField("x", ElementType.FLOAT32, Shape.of(2), true),
              WantedField.carried("id")),
          false);

  @TempDir private Path folder;

  private static List<GenericRecord> records() {
    List<GenericRecord> records = new ArrayList<>();
    for (long i = 0; i < RECORDS; i++) {
      records.add(
          new GenericRecordBuilder(SCHEMA)
              .set("id", i)
              .set("x", List.of((float) i, 0.5f))
              .set("unused", i % 2 == 0 ? null : "text")
              .build());
    }
    return records;
  }

  private static List<String> expected() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      lines.add("{\"x\":[" + i + ".0,0.5],\"id\":" + i + "}");
    }
    return lines;
  }

  private Path writeAvro(String name, CodecFactory codec) throws IOException {
    Path file = folder.resolve(name);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(SCHEMA))) {
      writer.setCodec(codec).setSyncInterval(500).create(SCHEMA, file.toFile());
      for (GenericRecord record : records()) {
        writer.append(record);
      }
    }
    return file;
  }

  private Path writeParquet(String name, CompressionCodecName codec) throws IOException {
    Path file = folder.resolve(name);
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(SCHEMA)
            .withCompressionCodec(codec)
            .withRowGroupSize(4096L)
            .build()) {
      for (GenericRecord record : records()) {
        writer.write(record);
      }
    }
    return file;
  }

  private List<LocatedRecord> read(PieceFormat format, long splitBytes, DamagedFiles damaged)
      throws IOException {
    return ReadFiles.of(folder, format, splitBytes, damaged);
  }

  @Test
  void avro_anySplitSizeAndCodec_givesEachRecordOnceInOrder() throws IOException {
    writeAvro("a.avro", CodecFactory.deflateCodec(6));
    for (long split : new long[] {100, 333, 1000, 1 << 20}) {
      List<LocatedRecord> records =
          read(AvroFormat.of(FIELDS, MAX_BYTES), split, DamagedFiles.FAIL);

      assertThat(ReadFiles.texts(records)).as("split size " + split).isEqualTo(expected());
    }
    for (CodecFactory codec :
        List.of(
            CodecFactory.snappyCodec(),
            CodecFactory.bzip2Codec(),
            CodecFactory.xzCodec(1),
            CodecFactory.zstandardCodec(3))) {
      writeAvro("a.avro", codec);
      List<LocatedRecord> records = read(AvroFormat.of(FIELDS, MAX_BYTES), 1000, DamagedFiles.FAIL);

      assertThat(ReadFiles.texts(records)).as(codec.toString()).isEqualTo(expected());
      assertThat(records.get(RECORDS - 1).record().offset()).isGreaterThan(1000);
    }
  }

  @Test
  void avro_fileThatBreaksOff_isDamagedAtItsBlock() throws IOException {
    Path file = writeAvro("a.avro", CodecFactory.nullCodec());
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));

    assertThatThrownBy(() -> read(AvroFormat.of(FIELDS, MAX_BYTES), 1 << 20, DamagedFiles.FAIL))
        .hasMessageContainingAll("a.avro", "breaks off");
    List<LocatedRecord> records =
        read(AvroFormat.of(FIELDS, MAX_BYTES), 1 << 20, DamagedFiles.DEAD_LETTER);
    LocatedRecord last = records.remove(records.size() - 1);
    assertThat(expected().subList(0, records.size())).isEqualTo(ReadFiles.texts(records));
    assertThat(records).hasSizeGreaterThan(300);
    assertThat(last.record().offset()).isBetween(whole.length / 2 - 1000L, whole.length / 2L);
  }

  @Test
  void avro_recordsThatAreNone_areRefusedWithTheirFields() throws IOException {
    Schema schema = SchemaBuilder.record("r").fields().requiredString("text").endRecord();
    RecordFields text =
        new RecordFields(
            List.of(new WantedField("text", ElementType.STRING, Shape.scalar(), true)), false);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.create(schema, folder.resolve("a.avro").toFile());
      for (Utf8 value :
          List.of(
              new Utf8("good"), new Utf8(new byte[] {'a', (byte) 0xff}), new Utf8("too long"))) {
        writer.append(new GenericRecordBuilder(schema).set("text", value).build());
      }
    }

    List<LocatedRecord> records = read(AvroFormat.of(text, 8), 1 << 20, DamagedFiles.FAIL);

    assertThat(ReadFiles.texts(records).get(0)).isEqualTo("{\"text\":\"good\"}");
    assertThat(ReadFiles.refusal(records.get(1)).reason()).isEqualTo(RecordReason.MALFORMED);
    assertThat(records.get(1).record().value()).contains(0xff);
    assertThat(ReadFiles.refusal(records.get(2)))
        .hasMessage("the record has 9 bytes: expected at most 8")
        .extracting(RecordException::reason)
        .isEqualTo(RecordReason.TOO_LARGE);
    assertThat(ReadFiles.texts(records).get(2)).isEqualTo("{\"text\":\"too long\"}");
  }

  /** A key or a time may be made of a field that the model takes as well. */
  @Test
  void avroAndParquet_fieldsThatGoAlong_areAtHandAsTheyAreInTheWhole() throws IOException {
    RecordFields both =
        new RecordFields(
            List.of(
                new WantedField("x", ElementType.FLOAT32, Shape.of(2), true),
                new WantedField("id", ElementType.INT64, Shape.scalar(), true)),
            List.of("id", "x"),
            false);
    writeAvro("a.avro", CodecFactory.nullCodec());
    for (PieceFormat format :
        List.of(AvroFormat.of(both, MAX_BYTES), new ParquetFormat(both, MAX_BYTES))) {
      List<LocatedRecord> records = read(format, 1 << 20, DamagedFiles.FAIL);

      assertThat(ReadFiles.texts(records)).isEqualTo(expected());
      assertThat(records)
          .allSatisfy(it -> assertThat(it.carried().value()).isEqualTo(it.record().value()));
      assertThat(
              FieldKeys.mapper("tx-{id}", RecordJson.AS_IT_IS).map(records.get(7)).carried().key())
          .asString(UTF_8)
          .isEqualTo("tx-7");
      Files.delete(folder.resolve("a.avro"));
      writeParquet("a.avro", CompressionCodecName.UNCOMPRESSED);
    }
  }

  @Test
  void avro_whatIsNoAvroFile_isDamagedAtItsBeginning() throws IOException {
    Files.writeString(folder.resolve("a.avro"), "{}\n{}\n");
    Files.writeString(folder.resolve("b.avro"), "");

    List<LocatedRecord> records =
        read(AvroFormat.of(FIELDS, MAX_BYTES), 1 << 20, DamagedFiles.DEAD_LETTER);

    assertThat(records).hasSize(2);
    assertThat(ReadFiles.offsets(records)).containsExactly(0L, 0L);
  }

  @Test
  void avro_schemaThatDoesNotFit_failsWhateverThePolicy() throws IOException {
    writeAvro("a.avro", CodecFactory.nullCodec());
    RecordFields other =
        new RecordFields(
            List.of(
                new WantedField("id", ElementType.STRING, Shape.scalar(), true),
                new WantedField("y", ElementType.FLOAT32, Shape.scalar(), true)),
            false);

    assertThatThrownBy(
            () -> read(AvroFormat.of(other, MAX_BYTES), 1 << 20, DamagedFiles.DEAD_LETTER))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll("a.avro", "field 'id'", "field 'y' is absent");
  }

  @Test
  void parquet_anyCodec_givesEachRecordOnceInOrder() throws IOException {
    for (CompressionCodecName codec :
        List.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.GZIP,
            CompressionCodecName.ZSTD)) {
      Path file = writeParquet("a.parquet", codec);

      List<LocatedRecord> records =
          read(new ParquetFormat(FIELDS, MAX_BYTES), 100, DamagedFiles.FAIL);

      assertThat(ReadFiles.texts(records)).as(codec.name()).isEqualTo(expected());
      assertThat(records.get(7).record().offset()).isEqualTo(7);
      Files.delete(file);
    }
  }

  @Test
  void parquet_damage_followsThePolicyAndSchemasDoNot() throws IOException {
    Path file = writeParquet("a.parquet", CompressionCodecName.UNCOMPRESSED);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));

    assertThatThrownBy(() -> read(new ParquetFormat(FIELDS, MAX_BYTES), 100, DamagedFiles.FAIL))
        .hasMessageContainingAll("a.parquet", "breaks off");
    assertThat(read(new ParquetFormat(FIELDS, MAX_BYTES), 100, DamagedFiles.DEAD_LETTER))
        .hasSize(1);

    Files.write(file, whole);
    RecordFields other =
        new RecordFields(
            List.of(new WantedField("y", ElementType.FLOAT32, Shape.scalar(), true)), false);
    assertThatThrownBy(
            () -> read(new ParquetFormat(other, MAX_BYTES), 100, DamagedFiles.DEAD_LETTER))
        .hasMessageContainingAll("a.parquet", "field 'y' is absent");
  }

  @Test
  void avro_eachRecord_hasTheOffsetOfItsBlock() throws IOException {
    Path file = writeAvro("a.avro", CodecFactory.nullCodec());
    List<Long> blocks = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      while (reader.hasNext()) {
        blocks.addAll(Collections.nCopies((int) reader.getBlockCount(), reader.previousSync()));
        reader.nextBlock();
      }
    }

    List<LocatedRecord> records =
        read(AvroFormat.of(FIELDS, MAX_BYTES), 1 << 20, DamagedFiles.FAIL);

    assertThat(new HashSet<>(blocks)).hasSizeGreaterThan(10);
    assertThat(ReadFiles.offsets(records)).isEqualTo(blocks);
  }
}
