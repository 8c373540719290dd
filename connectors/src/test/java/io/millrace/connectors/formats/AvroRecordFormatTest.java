package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.AvroRows.datum;
import static io.millrace.connectors.formats.AvroRows.rejection;
import static io.millrace.connectors.formats.AvroRows.schema;
import static io.millrace.connectors.formats.AvroRows.write;
import static io.millrace.connectors.formats.JsonRows.spec;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.flink.formats.avro.SchemaCoder;
import org.junit.jupiter.api.Test;

class AvroRecordFormatTest {
  private static final Schema PAYMENT =
      schema(
          """
          {'type': 'record', 'name': 'Payment', 'namespace': 'shop', 'fields': [
            {'name': 'id', 'type': 'string'},
            {'name': 'amount', 'type': ['null', 'float']},
            {'name': 'card', 'type': ['null', {'type': 'record', 'name': 'Card', 'fields': [
              {'name': 'age', 'type': ['int', 'null']}, {'name': 'limit', 'type': 'double'}]}]},
            {'name': 'grid', 'type': {'type': 'array', 'items':
              {'type': 'array', 'items': 'float'}}}]}
          """);
  private static final String WHOLE =
      """
      {'id': 'a7', 'amount': {'float': 0.5}, 'card': {'shop.Card': {'age': {'int': 3},
       'limit': 2.5}}, 'grid': [[1, 2], [3, 4], [5, 6]]}
      """;

  private static RecordFormatBuilder<AvroRecordFormat> of(Schema schema) {
    return AvroRecordFormat.builder(FixedSchema.of(schema));
  }

  @Test
  void write_nestedRecordsAndArrays_areTheInputsShapes() throws Exception {
    TensorSpec grid = spec("grid", "float32", -1, 2);
    RecordingRow row =
        write(of(PAYMENT).build(), datum(PAYMENT, WHOLE), grid, spec("card", "float64", 2));

    assertThat(row.written("grid")).containsExactly(1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
    assertThat(row.shape("grid").dimensions()).containsExactly(3, 2);
    assertThat(row.written("card")).containsExactly(3.0, 2.5);
  }

  @Test
  void write_nulls_takeDefaultsOrAreMissing() throws Exception {
    byte[] nulls = datum(PAYMENT, "{'id': 'a7', 'amount': null, 'card': null, 'grid': []}");
    List<Feature> features =
        List.of(
            new Feature("amount", ElementType.FLOAT32, 7),
            new Feature("card.age", ElementType.INT32, 9),
            new Feature("nowhere", ElementType.FLOAT32, 1));
    AvroRecordFormat format = of(PAYMENT).features("x", features).build();

    assertThat(write(format, nulls, spec("x", "float32", 3)).written("x"))
        .containsExactly(7.0, 9.0, 1.0);
    assertThat(write(format, datum(PAYMENT, WHOLE), spec("x", "float32", 3)).written("x"))
        .containsExactly(0.5, 3.0, 1.0);
    RecordException missing = rejection(of(PAYMENT).build(), nulls, spec("amount", "float32"));
    assertThat(missing.reason()).isEqualTo(RecordReason.MISSING_FIELD);
    assertThat(missing).hasMessageContaining("amount");
  }

  @Test
  void write_elementTypes_comeAsTheyAre() throws Exception {
    Schema all =
        schema(
            """
            {'type': 'record', 'name': 'r', 'fields': [
              {'name': 'f', 'type': 'float'}, {'name': 'd', 'type': 'double'},
              {'name': 'i', 'type': 'int'}, {'name': 'l', 'type': 'long'},
              {'name': 'b', 'type': 'boolean'}, {'name': 's', 'type': 'string'},
              {'name': 'y', 'type': 'bytes'},
              {'name': 'e', 'type': {'type': 'enum', 'name': 'e', 'symbols': ['A', 'B']}},
              {'name': 'x', 'type': {'type': 'fixed', 'name': 'x', 'size': 2}},
              {'name': 'c', 'type': {'type': 'array', 'items': 'float'}}]}
            """);
    byte[] value =
        datum(
            all,
            "{'f': 0.1, 'd': 0.1, 'i': -5, 'l': 9007199254740993, 'b': true, 's': '\u00fc',"
                + " 'y': '\u00ff\\u0000', 'e': 'B', 'x': '\u00fe!', 'c': [1, -2]}");
    RecordingRow row =
        write(
            of(all).build(),
            value,
            spec("f", "float32"),
            spec("d", "float64"),
            spec("i", "int8"),
            spec("l", "int64"),
            spec("b", "bool"),
            spec("s", "string"),
            spec("y", "string"),
            spec("e", "string"),
            spec("x", "string"),
            spec("c", "complex64"));

    assertThat(row.written("f")).containsExactly((double) 0.1f);
    assertThat(row.written("d")).containsExactly(0.1);
    assertThat(row.written("i")).containsExactly(-5L);
    assertThat(row.written("l")).containsExactly(9007199254740993L);
    assertThat(row.written("b")).containsExactly(true);
    assertThat(row.written("s")).containsExactly("\u00c3\u00bc");
    assertThat(row.written("y")).containsExactly("\u00ff\u0000");
    assertThat(row.written("e")).containsExactly("B");
    assertThat(row.written("x")).containsExactly("\u00fe!");
    assertThat(row.written("c")).containsExactly(1.0, -2.0);
  }

  @Test
  void write_notFinite_isWhatItIs() throws Exception {
    Schema one =
        schema("{'type': 'record', 'name': 'r', 'fields': [{'name': 'x', 'type': 'float'}]}");
    byte[] nan = {0, 0, (byte) 0xc0, 0x7f};

    assertThat(write(of(one).build(), nan, spec("x", "float32")).written("x"))
        .containsExactly(Double.NaN);
  }

  @Test
  void write_numberOutOfRange_isWrongType() throws Exception {
    Schema numbers =
        schema("{'type': 'record', 'name': 'r', 'fields': [{'name': 'i', 'type': 'int'}]}");

    assertThat(rejection(of(numbers).build(), datum(numbers, "{'i': 300}"), spec("i", "uint8")))
        .hasMessageContaining("uint8")
        .extracting(RecordException::reason)
        .isEqualTo(RecordReason.WRONG_TYPE);
  }

  @Test
  void write_schemaThatDoesNotFit_isRejectedWithAllThatIsWrong() throws Exception {
    byte[] value = datum(PAYMENT, WHOLE);
    AvroRecordFormat format = of(PAYMENT).build();
    TensorSpec[] inputs = {
      spec("id", "float32"), spec("grid", "float32", 2), spec("age", "int64"), spec("sum", "bool")
    };

    RecordException types = rejection(format, value, inputs);
    assertThat(types.reason()).isEqualTo(RecordReason.WRONG_TYPE);
    assertThat(types)
        .hasMessageContainingAll(
            "schema 'shop.Payment'",
            "field 'id': expected float32, the schema has string",
            "field 'grid': expected float32[2]",
            "field 'age' is absent: the schema has [id, amount, card, grid]",
            "field 'sum' is absent");
    assertThat(rejection(of(PAYMENT).build(), value, spec("age", "int64")).reason())
        .isEqualTo(RecordReason.MISSING_FIELD);
    AvroRecordFormat strict = of(PAYMENT).ignoreUnknownFields(false).build();
    RecordException unknown = rejection(strict, value, spec("amount", "float32"));
    assertThat(unknown.reason()).isEqualTo(RecordReason.UNKNOWN_FIELD);
    assertThat(unknown).hasMessageContainingAll("'id' goes nowhere", "'card'", "'grid'");
  }

  @Test
  void write_twoSchemasInOneTopic_eachByItsOwn() throws Exception {
    Schema other =
        schema(
            """
            {'type': 'record', 'name': 'Payment', 'fields': [
              {'name': 'note', 'type': 'string'}, {'name': 'amount', 'type': 'long'}]}
            """);
    AvroRecordFormat format = AvroRecordFormat.builder(() -> new Numbered(PAYMENT, other)).build();

    for (int i = 0; i < 3; i++) {
      byte[] first = behind(0, datum(PAYMENT, WHOLE));
      byte[] second = behind(1, datum(other, "{'note': 'n', 'amount': " + i + "}"));
      assertThat(write(format, first, spec("amount", "float32")).written("amount"))
          .containsExactly(0.5);
      assertThat(write(format, second, spec("amount", "float32")).written("amount"))
          .containsExactly((double) i);
    }
  }

  @Test
  void write_signaturesByTurns_shareOneCoder() throws Exception {
    int[] gets = new int[1];
    SchemaCoder coder = FixedSchema.of(PAYMENT).get();
    AvroRecordFormat format =
        AvroRecordFormat.builder(
                () -> {
                  gets[0]++;
                  return coder;
                })
            .build();
    byte[] value = datum(PAYMENT, WHOLE);

    for (int i = 0; i < 20; i++) {
      assertThat(write(format, value, spec("amount", "float32")).written("amount"))
          .containsExactly(0.5);
    }

    assertThat(gets[0]).isEqualTo(1);
  }

  private static byte[] behind(int number, byte[] datum) {
    byte[] value = new byte[datum.length + 1];
    value[0] = (byte) number;
    System.arraycopy(datum, 0, value, 1, datum.length);
    return value;
  }

  /** A byte says which schema it is. */
  private record Numbered(Schema... schemas) implements SchemaCoder {
    @Override
    public Schema readSchema(InputStream in) throws IOException {
      int number = in.read();
      if (number >= schemas.length) {
        throw new IOException("no answer");
      }
      return schemas[number];
    }

    @Override
    public void writeSchema(Schema schema, OutputStream out) {}
  }

  @Test
  void write_schemaThatCannotBeHadNow_isNoFaultOfTheRecord() {
    AvroRecordFormat format = AvroRecordFormat.builder(() -> new Numbered(PAYMENT)).build();

    assertThatThrownBy(() -> write(format, new byte[] {7}, spec("amount", "float32")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("no answer");
  }

  @Test
  void write_noDatum_isMalformedWithItsPlace() throws Exception {
    byte[] whole = datum(PAYMENT, WHOLE);
    AvroRecordFormat format = of(PAYMENT).build();
    TensorSpec amount = spec("amount", "float32");

    assertMalformed(format, new byte[0], "at byte 0 of 0: the datum breaks off", amount);
    assertMalformed(
        format,
        Arrays.copyOf(whole, whole.length - 1),
        "at byte " + (whole.length - 1) + " of " + (whole.length - 1),
        amount);
    assertMalformed(
        format,
        Arrays.copyOf(whole, whole.length + 2),
        "at byte %d of %d: the datum ends, 2 bytes are left"
            .formatted(whole.length, whole.length + 2),
        amount);
    byte[] branch = whole.clone();
    branch[3] = 40;
    assertMalformed(format, branch, "no datum of schema 'shop.Payment'", amount);
    assertMalformed(
        of(PAYMENT).carriedFields(List.of("id")).build(),
        new byte[] {2, (byte) 0xff, 0, 0, 0},
        "at byte 2 of 5: the string before it is no UTF-8",
        amount);
  }

  private static void assertMalformed(
      AvroRecordFormat format, byte[] value, String message, TensorSpec input) {
    RecordException e = rejection(format, value, input);
    assertThat(e).hasMessageContaining(message);
    assertThat(e.reason()).isEqualTo(RecordReason.MALFORMED);
  }

  @Test
  void write_nullAndLargeRecords_areNotLookedInto() {
    AvroRecordFormat format = of(PAYMENT).limits(new RecordLimits(10, 64)).build();

    assertThat(rejection(format, null, spec("amount", "float32")).reason())
        .isEqualTo(RecordReason.NULL_RECORD);
    assertThat(rejection(format, new byte[11], spec("amount", "float32")).reason())
        .isEqualTo(RecordReason.TOO_LARGE);
  }

  @Test
  void carried_fields_haveTheirOwnDigitsAndNames() throws Exception {
    RecordJson json =
        new AvroRecordJson(
            FixedSchema.of(PAYMENT), List.of("card", "id", "none"), RecordLimits.DEFAULT);

    assertThat(new String(json.of(datum(PAYMENT, WHOLE)), UTF_8))
        .isEqualTo("{\"card\":{\"age\":3,\"limit\":2.5},\"id\":\"a7\"}");
  }

  @Test
  void features_noneGiven_areRefused() {
    assertThatThrownBy(() -> of(PAYMENT).features("x", List.of()).build())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
