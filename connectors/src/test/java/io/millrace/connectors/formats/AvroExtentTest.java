package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.AvroRows.datum;
import static io.millrace.connectors.formats.AvroRows.rejection;
import static io.millrace.connectors.formats.AvroRows.schema;
import static io.millrace.connectors.formats.JsonRows.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TensorSpec;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.flink.formats.avro.SchemaCoder;
import org.junit.jupiter.api.Test;

/** Schemas that are legal, or nearly so, and for which Avro would fail or need all memory. */
class AvroExtentTest {
  private static final TensorSpec X = spec("x", "float32");

  private static AvroRecordFormat format(Schema schema, String... carried) {
    return AvroRecordFormat.builder(FixedSchema.of(schema)).carriedFields(List.of(carried)).build();
  }

  private static Schema unchecked(String json) {
    return new Schema.Parser().setValidateDefaults(false).parse(json.replace('\'', '"'));
  }

  @Test
  void write_defaultsThatAreWrongAndAliases_areNotLookedAt() throws Exception {
    Schema schema =
        unchecked(
            """
            {'type': 'record', 'name': 'r', 'aliases': ['old'], 'fields': [
              {'name': 'x', 'type': 'float', 'default': [1], 'aliases': ['y']},
              {'name': 'kind', 'type': {'type': 'enum', 'name': 'k', 'symbols': ['A', 'B'],
                'default': 'A', 'aliases': ['l']}},
              {'name': 'card', 'type': {'type': 'record', 'name': 'card', 'aliases': ['c'],
                'fields': [{'name': 'age', 'type': 'int', 'default': 'old', 'aliases': ['a']}]}}]}
            """);
    byte[] value = datum(schema, "{'x': 1.5, 'kind': 'B', 'card': {'age': 7}}");

    assertThat(AvroRows.write(format(schema), value, X).written("x")).containsExactly(1.5);
    assertThat(
            AvroRows.write(format(schema, "card", "kind"), value, X, spec("card.age", "int32"))
                .written("card.age"))
        .containsExactly(7L);
  }

  @Test
  void write_recordsThatAreNestedDeeperThanJsonMayBe_areNotOfUse() {
    Schema inner = unchecked("{'type': 'record', 'name': 'r0', 'fields': []}");
    for (int i = 1; i < 500; i++) {
      Schema.Field next = new Schema.Field("next", inner);
      inner = Schema.createRecord("r" + i, null, null, false, List.of(next));
    }
    Schema schema = inner;
    AvroRecordFormat format = AvroRecordFormat.builder(() -> new Given(schema)).build();

    RecordException e = rejection(format, new byte[0], X);
    assertThat(e.reason()).isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(e)
        .hasMessageContaining(
            "schema 'r499': with each type in its place, it cannot be written and parsed");
  }

  private record Given(Schema schema) implements SchemaCoder {
    @Override
    public Schema readSchema(InputStream in) {
      return schema;
    }

    @Override
    public void writeSchema(Schema written, OutputStream out) {}
  }

  @Test
  void write_fixedLargerThanRecords_isRefusedOnlyWhereItIsWanted() throws Exception {
    Schema schema =
        schema(
            """
            {'type': 'record', 'name': 'r', 'fields': [{'name': 'x', 'type': 'float'},
              {'name': 'a', 'type': ['null', {'type': 'fixed', 'name': 'f', 'size': 2147483000}]}]}
            """);
    byte[] without = datum(schema, "{'x': 1.5, 'a': null}");

    assertThat(AvroRows.write(format(schema), without, X).written("x")).containsExactly(1.5);
    RecordException wanted = rejection(format(schema, "a"), without, X);
    assertThat(wanted.reason()).isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(wanted).hasMessageContaining("'f' is fixed to 2147483000 bytes: expected at most");
  }

  @Test
  void write_recordsThatDoubleAtEachLevel_areRefused() {
    String inner = "{'type': 'record', 'name': 'r0', 'fields': []}";
    for (int i = 1; i <= 40; i++) {
      inner =
          "{'type': 'record', 'name': 'r%d', 'fields': [{'name': 'a', 'type': %s}, {'name': 'b', 'type': 'r%d'}]}"
              .formatted(i, inner, i - 1);
    }
    Schema schema =
        schema(
            "{'type': 'record', 'name': 'r', 'fields': [{'name': 'x', 'type': 'float'},"
                + " {'name': 'a', 'type': %s}]}".formatted(inner));

    assertThat(rejection(format(schema), new byte[4], X))
        .hasMessageContaining("more than 65536 fields");
  }

  @Test
  void write_manyMisfits_haveAMessageThatADeadLetterCanHave() {
    List<String> fields = new ArrayList<>();
    IntStream.range(0, 2000)
        .forEach(i -> fields.add("{'name': 'field%d', 'type': 'string'}".formatted(i)));
    Schema schema =
        schema("{'type': 'record', 'name': 'r', 'fields': [" + String.join(", ", fields) + "]}");
    TensorSpec[] absent =
        IntStream.range(0, 100).mapToObj(i -> spec("x" + i, "float32")).toArray(TensorSpec[]::new);

    RecordException e = rejection(format(schema), new byte[4], absent);

    assertThat(e.getMessage()).hasSizeBetween(1000, 5000).containsOnlyOnce("the schema has");
  }
}
