package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.JsonRows.reason;
import static io.millrace.connectors.formats.JsonRows.record;
import static io.millrace.connectors.formats.JsonRows.spec;
import static io.millrace.connectors.formats.JsonRows.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordFormatTest {
  private static final JsonRecordFormat BY_NAME = JsonRecordFormat.builder().build();

  @Test
  void write_nestedLists_areWrittenRowMajor() {
    RecordingRow row = write(BY_NAME, "{'x': [[1, 2.5], [3, -4]]}", spec("x", "float32", 2, 2));

    assertThat(row.written("x")).containsExactly(1.0, 2.5, 3.0, -4.0);
  }

  @Test
  void write_fieldsInAnyOrder_goToTheirInputs() {
    RecordingRow row =
        write(
            BY_NAME,
            "{'c': ['é', {'b64': '/wA='}], 'b': true, 'a': 7}",
            spec("a", "int64"),
            spec("b", "bool"),
            spec("c", "string", 2));

    assertThat(row.written("a")).containsExactly(7L);
    assertThat(row.written("b")).containsExactly(true);
    assertThat(row.written("c")).containsExactly("\u00c3\u00a9", "\u00ff\u0000");
  }

  @Test
  void write_namedNonFinites_areFloats() {
    RecordingRow row =
        write(BY_NAME, "{'x': ['NaN', 'Infinity', '-Infinity']}", spec("x", "float64", 3));

    assertThat(row.written("x"))
        .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  @Test
  void write_complex_isAListOfTwo() {
    RecordingRow row = write(BY_NAME, "{'x': [[1, 2], [3, 4]]}", spec("x", "complex64", 2));

    assertThat(row.written("x")).containsExactly(1.0, 2.0, 3.0, 4.0);
    assertReason("{'x': [[1, 2, 3], [3, 4]]}", RecordReason.WRONG_TYPE, spec("x", "complex64", 2));
    assertReason("{'x': [[1], [3, 4]]}", RecordReason.WRONG_TYPE, spec("x", "complex64", 2));
  }

  @Test
  void write_unknownDimensions_areStatedFromTheValue() {
    RecordingRow row =
        write(
            BY_NAME,
            "{'s': [['a', 'b', 'c']], 'x': [[1,2],[3,4],[5,6]]}",
            spec("x", "int32", -1, 2),
            spec("s", "string", 1, -1));

    assertThat(row.shape("x")).isEqualTo(Shape.of(3, 2));
    assertThat(row.written("x")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(row.written("s")).containsExactly("a", "b", "c");
  }

  @Test
  void write_unknownDimensionsOfAnEmptyList_areZero() {
    RecordingRow row = write(BY_NAME, "{'x': []}", spec("x", "int32", -1, -1));

    assertThat(row.shape("x")).isEqualTo(Shape.of(0, 0));
    assertThat(row.written("x")).isEmpty();
  }

  @Test
  void write_rowIsAWholeTensor_takesItsBatchDimensionFromTheValue() {
    RecordingRow row =
        new RecordingRow(new Signature("s", List.of(spec("x", "float32", 2)), List.of()), false);

    BY_NAME.write(record("{'x': [[1, 2], [3, 4], [5, 6]]}"), row);

    assertThat(row.shape("x")).isEqualTo(Shape.of(3, 2));
  }

  @Test
  void write_unknownRank_isThatOfTheValue() {
    TensorSpec anything = new TensorSpec("x", ElementType.FLOAT32, Shape.unknownRank());
    RecordingRow row = new RecordingRow(new Signature("s", List.of(anything), List.of()), false);

    BY_NAME.write(record("{'x': [[1, 2]]}"), row);

    assertThat(row.shape("x")).isEqualTo(Shape.of(1, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'x': [1, 2]}",
        "{'x': [[1, 2]]}",
        "{'x': [[1, 2], [3]]}",
        "{'x': [[1, 2], [3, 4, 5]]}",
        "{'x': [[1, 2], [3, 4], [5, 6]]}",
        "{'x': [[1, 2], [3, [4]]]}",
        "{'x': [[1, 2], 3]}",
        "{'x': 1}",
        "{'x': []}"
      })
  void write_otherRankOrLength_isWrongShape(String json) {
    assertReason(json, RecordReason.WRONG_SHAPE, spec("x", "float32", 2, 2));
    assertReason(
        json.replace("x", "y"),
        RecordReason.WRONG_SHAPE,
        spec("y", "float32", 2, 2).withShape(Shape.of(-1, 2, 2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'x': [[1, 2], [3]]}", "{'x': [[1], 3]}", "{'x': [[[1]]]}", "{'x': 1}"})
  void write_raggedWhereDimensionsAreUnknown_isWrongShape(String json) {
    assertReason(json, RecordReason.WRONG_SHAPE, spec("x", "float32", -1, -1));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "float32, 'abc'",
        "float32, true",
        "float32, {}",
        "float32, 1e39",
        "float32, -1e400",
        "float16, 65520",
        "bfloat16, 3.4e38",
        "float64, 1e999",
        "float32, 'nan'",
        "int32, 1.0",
        "int32, 2147483648",
        "int8, -129",
        "uint8, -1",
        "uint8, 256",
        "int32, '1'",
        "uint16, 65536",
        "uint32, 4294967296",
        "int64, 9223372036854775808",
        "int64, 1e3",
        "uint64, 18446744073709551616",
        "uint64, -1",
        "int4, 8",
        "uint4, 16",
        "qint8, 128",
        "bool, 1",
        "bool, 'true'",
        "string, 1",
        "string, null",
        "float32, null",
        "string, {}",
        "string, {'b64': 1}",
        "string, {'b64': '*'}",
        "string, {'x': 'YQ=='}",
        "float8_e5m2, 1"
      })
  void write_valueThatTheTypeDoesNotHold_isWrongType(String type, String value) {
    assertReason("{'x': [" + value + "]}", RecordReason.WRONG_TYPE, spec("x", type, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "float16, 65519",
    "float32, 3.4028235e38",
    "uint8, 255",
    "int8, -128",
    "uint32, 4294967295",
    "int64, -9223372036854775808",
    "uint64, 18446744073709551615",
    "float32, 123456789012345678901",
    "int4, -8",
    "qint32, 2147483647"
  })
  void write_extremesOfTheType_areAccepted(String type, String value) {
    assertThat(write(BY_NAME, "{'x': [" + value + "]}", spec("x", type, 1)).written("x"))
        .hasSize(1);
  }

  @Test
  void write_uint64BeyondLong_isItsBits() {
    RecordingRow row = write(BY_NAME, "{'x': 18446744073709551615}", spec("x", "uint64"));

    assertThat(row.written("x")).containsExactly(-1L);
  }

  @Test
  void write_noValue_isNullRecord() {
    KafkaRecord tombstone = new KafkaRecord("in", 0, 1, 0, 0, null, null);

    RecordException e =
        catchThrowableOfType(
            RecordException.class,
            () -> BY_NAME.write(tombstone, RecordingRow.batched(spec("x", "float32"))));

    assertThat(e.reason()).isEqualTo(RecordReason.NULL_RECORD);
  }

  @Test
  void write_largerThanAllowed_isTooLargeEvenWhereItIsNotJson() {
    JsonRecordFormat small = JsonRecordFormat.builder().limits(new RecordLimits(10, 64)).build();

    assertThat(reason(small, "this is not JSON", spec("x", "float32")))
        .isEqualTo(RecordReason.TOO_LARGE);
    assertThat(write(small, "{'x':1234}", spec("x", "float32")).written("x")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "null",
        "17",
        "[1]",
        "{",
        "{'x': 1",
        "{'x': 1}}",
        "{'x': 1} {'x': 1}",
        "{'x' 1}",
        "{'x': 1,}",
        "{x: 1}",
        "{'x': NaN}",
        "{'x': 01}",
        "{'x': tru}",
        "{'x': 1}x",
        "\u0000",
        "{'x': 1, 'x': 2}",
        "{'x': null, 'x': 2}"
      })
  void write_notOneJsonObject_isMalformed(String json) {
    assertReason(json, RecordReason.MALFORMED, spec("x", "float32"));
  }

  @Test
  void write_malformedUtf8_isMalformed() {
    byte[] value = "{\"x\": \"?\"}".getBytes(StandardCharsets.UTF_8);
    value[7] = (byte) 0xC3;

    RecordException e =
        catchThrowableOfType(
            RecordException.class,
            () ->
                BY_NAME.write(
                    new KafkaRecord("in", 0, 0, 0, 0, null, value),
                    RecordingRow.batched(spec("x", "string"))));

    assertThat(e.reason()).isEqualTo(RecordReason.MALFORMED);
  }

  @Test
  void write_malformed_tellsThePlaceAndNotThePayload() {
    assertThatThrownBy(() -> write(BY_NAME, "{\n  'x': secret }", spec("x", "float32")))
        .hasMessageContaining("line 2, column")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> write(BY_NAME, "{'x': 'secret'}", spec("x", "float32")))
        .hasMessage("field 'x': expected float32, got a string");
  }

  @Test
  void write_nestedTooDeep_isMalformed() {
    String deep = "[".repeat(100_000);
    assertReason("{'x': " + deep, RecordReason.MALFORMED, spec("x", "float32", -1, -1));
  }

  @Test
  void write_hugeNumber_isMalformedRatherThanComputed() {
    assertReason("{'x': " + "9".repeat(100_000) + "}", RecordReason.MALFORMED, spec("x", "int64"));
  }

  @Test
  void write_absentOrNullInput_isMissing() {
    assertReason("{'y': 1}", RecordReason.MISSING_FIELD, spec("x", "float32"), spec("y", "int8"));
    assertReason("{'x': null}", RecordReason.MISSING_FIELD, spec("x", "float32"));
  }

  @Test
  void write_unknownField_isRefusedUnlessCarriedOrIgnored() {
    String json = "{'x': 1, 'id': {'a': [1, 2]}}";
    TensorSpec x = spec("x", "float32");

    assertReason(json, RecordReason.UNKNOWN_FIELD, x);
    assertThat(
            write(JsonRecordFormat.builder().carriedFields(List.of("id")).build(), json, x)
                .written("x"))
        .containsExactly(1.0);
    assertThat(
            write(JsonRecordFormat.builder().ignoreUnknownFields(true).build(), json, x)
                .written("x"))
        .containsExactly(1.0);
  }

  @Test
  void write_longUnknownName_isCutAndKeptOnOneLine() {
    assertThatThrownBy(
            () -> write(BY_NAME, "{'a\\nb" + "c".repeat(500) + "': 1}", spec("x", "float32")))
        .hasMessageStartingWith("unknown field 'a?bc")
        .hasMessageNotContaining("c".repeat(65));
  }

  @Test
  void write_carriedFieldTwice_isMalformed() {
    JsonRecordFormat format = JsonRecordFormat.builder().carriedFields(List.of("id")).build();

    assertThat(reason(format, "{'id': 1, 'x': 1, 'id': 2}", spec("x", "float32")))
        .isEqualTo(RecordReason.MALFORMED);
  }

  @Test
  void write_signatureChanges_inputsAreFoundAgain() {
    assertThat(write(BY_NAME, "{'x': 1}", spec("x", "float32")).written("x")).hasSize(1);
    RecordingRow row = write(BY_NAME, "{'x': 1, 'a': 2}", spec("x", "float32"), spec("a", "int8"));

    assertThat(row.written("a")).containsExactly(2L);
    assertThat(row.written("x")).containsExactly(1.0);
  }

  private static void assertReason(String json, RecordReason reason, TensorSpec... inputs) {
    assertThat(reason(BY_NAME, json, inputs)).as(json).isEqualTo(reason);
  }
}
