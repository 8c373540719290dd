package io.millrace.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.WantedField;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet files of columns that Avro would not write. */
class ParquetColumnsTest {
  private static final int MAX_BYTES = 1 << 20;

  @TempDir private Path folder;

  private void writeColumns(MessageType columns, Consumer<Group> values) throws IOException {
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(folder.resolve("b.parquet")))
            .withType(columns)
            .build()) {
      Group row = new SimpleGroup(columns);
      values.accept(row);
      writer.write(row);
    }
  }

  private List<LocatedRecord> carried(DamagedFiles damaged, String... names) throws IOException {
    RecordFields wanted =
        new RecordFields(Arrays.stream(names).map(WantedField::carried).toList(), false);
    return read(wanted, damaged);
  }

  private List<LocatedRecord> read(RecordFields wanted, DamagedFiles damaged) throws IOException {
    return ReadFiles.of(folder, new ParquetFormat(wanted, MAX_BYTES), 100, damaged);
  }

  @Test
  void read_columnsThatAvroDoesNotHave_matterOnlyIfTheyAreWanted() throws IOException {
    writeColumns(
        Types.buildMessage()
            .required(PrimitiveTypeName.INT64)
            .named("id")
            .required(PrimitiveTypeName.INT96)
            .named("old")
            .required(PrimitiveTypeName.INT64)
            .named("odd-name")
            .named("m"),
        row ->
            row.append("id", 7L)
                .append("old", Binary.fromConstantByteArray(new byte[12]))
                .append("odd-name", 1L));

    assertThat(ReadFiles.texts(carried(DamagedFiles.FAIL, "id"))).containsExactly("{\"id\":7}");
    for (String name : List.of("old", "odd-name")) {
      assertThatThrownBy(() -> carried(DamagedFiles.DEAD_LETTER, "id", name))
          .isInstanceOf(UnusableFileException.class)
          .hasMessageContaining("b.parquet: the fields do not fit");
    }
    RecordFields other =
        new RecordFields(
            List.of(new WantedField("y", ElementType.FLOAT32, Shape.scalar(), true)), false);
    assertThatThrownBy(() -> read(other, DamagedFiles.DEAD_LETTER))
        .hasMessageContaining("field 'y' is absent: the schema has [id, old, odd-name]");
  }

  @Test
  void read_times_areInMilliseconds() throws IOException {
    Types.MessageTypeBuilder columns = Types.buildMessage();
    for (TimeUnit unit : TimeUnit.values()) {
      for (boolean utc : new boolean[] {true, false}) {
        columns
            .optional(PrimitiveTypeName.INT64)
            .as(LogicalTypeAnnotation.timestampType(utc, unit))
            .named(unit.name() + utc);
      }
    }
    writeColumns(
        columns.named("m"),
        row -> {
          for (boolean utc : new boolean[] {true, false}) {
            row.append("MILLIS" + utc, 7L)
                .append("MICROS" + utc, 7_999L)
                .append("NANOS" + utc, 7_999_999L);
          }
        });

    assertThat(
            ReadFiles.texts(
                carried(
                    DamagedFiles.FAIL,
                    "MILLIStrue",
                    "MICROStrue",
                    "NANOStrue",
                    "MILLISfalse",
                    "MICROSfalse",
                    "NANOSfalse")))
        .containsExactly(
            "{\"MILLIStrue\":7,\"MICROStrue\":7,\"NANOStrue\":7,"
                + "\"MILLISfalse\":7,\"MICROSfalse\":7,\"NANOSfalse\":7}");
  }

  @Test
  void read_listsOfTwoAndThreeLayers_areTheirValues() throws IOException {
    writeColumns(
        Types.buildMessage()
            .requiredList()
            .requiredElement(PrimitiveTypeName.FLOAT)
            .named("three")
            .requiredList()
            .optionalElement(PrimitiveTypeName.FLOAT)
            .named("nulls")
            .requiredGroup()
            .as(LogicalTypeAnnotation.listType())
            .repeated(PrimitiveTypeName.FLOAT)
            .named("array")
            .named("two")
            .required(PrimitiveTypeName.INT32)
            .named("other")
            .named("m"),
        row -> {
          for (String name : List.of("three", "nulls")) {
            Group list = row.addGroup(name);
            list.addGroup("list").append("element", 1f);
            list.addGroup("list").append("element", 2f);
          }
          row.addGroup("two").append("array", 3f).append("array", 4f);
          row.append("other", 7);
        });

    assertThat(ReadFiles.texts(carried(DamagedFiles.FAIL, "three", "nulls", "two")))
        .containsExactly("{\"three\":[1.0,2.0],\"nulls\":[1.0,2.0],\"two\":[3.0,4.0]}");
  }

  @Test
  void read_nestedNanoseconds_areInMilliseconds() throws IOException {
    LogicalTypeAnnotation nanos = LogicalTypeAnnotation.timestampType(true, TimeUnit.NANOS);
    writeColumns(
        Types.buildMessage()
            .optionalGroup()
            .required(PrimitiveTypeName.INT64)
            .as(nanos)
            .named("at")
            .requiredList()
            .optionalElement(PrimitiveTypeName.INT64)
            .as(nanos)
            .named("list")
            .requiredMap()
            .key(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .requiredValue(PrimitiveTypeName.INT64)
            .as(nanos)
            .named("map")
            .named("visit")
            .named("m"),
        row -> {
          Group visit = row.addGroup("visit").append("at", 7_999_999L);
          visit.addGroup("list").addGroup(0).append("element", 8_999_999L);
          visit.addGroup("map").addGroup(0).append("key", "k").append("value", 10_999_999L);
        });

    assertThat(ReadFiles.texts(carried(DamagedFiles.FAIL, "visit")))
        .containsExactly("{\"visit\":{\"at\":7,\"list\":[8],\"map\":{\"k\":10}}}");
  }
}
