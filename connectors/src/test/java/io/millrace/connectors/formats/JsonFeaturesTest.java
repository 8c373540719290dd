package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.JsonRows.reason;
import static io.millrace.connectors.formats.JsonRows.spec;
import static io.millrace.connectors.formats.JsonRows.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Features of a record as one input's vector. */
class JsonFeaturesTest {

  @Test
  void write_afterABadRecord_nothingOfItRemains() {
    JsonRecordFormat format = features();
    assertThat(reason(format, "{'amount': 1, 'count': 'x'}", spec("x", "float32", 3)))
        .isEqualTo(RecordReason.WRONG_TYPE);

    assertThat(reason(format, "{'count': 1}", spec("x", "float32", 3)))
        .isEqualTo(RecordReason.MISSING_FIELD);
  }

  @Test
  void write_features_fillTheVectorInTheirOrder() {
    RecordingRow row =
        write(
            features(),
            "{'foreign': true, 'ignored': {'x': [1]}, 'count': 3, 'amount': 12.5}",
            spec("x", "float32", 3));

    assertThat(row.written("x")).containsExactly(12.5, 3.0, 1.0);
  }

  @Test
  void write_featureAbsentOrNull_takesItsDefault() {
    RecordingRow absent =
        write(features(), "{'amount': 1, 'foreign': false}", spec("x", "float32", 3));
    RecordingRow isNull =
        write(
            features(), "{'amount': 1, 'count': null, 'foreign': false}", spec("x", "float32", 3));

    assertThat(absent.written("x")).containsExactly(1.0, -1.0, 0.0);
    assertThat(isNull.written("x")).containsExactly(1.0, -1.0, 0.0);
  }

  @Test
  void write_requiredFeatureAbsentOrNull_isMissing() {
    TensorSpec x = spec("x", "float32", 3);
    assertThat(reason(features(), "{'foreign': true}", x)).isEqualTo(RecordReason.MISSING_FIELD);
    assertThat(reason(features(), "{'amount': null, 'foreign': true}", x))
        .isEqualTo(RecordReason.MISSING_FIELD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'amount': 'a', 'foreign': true}",
        "{'amount': [1], 'foreign': true}",
        "{'amount': 1, 'count': 1.5, 'foreign': true}",
        "{'amount': 1, 'count': 300, 'foreign': true}",
        "{'amount': 1, 'foreign': 1}"
      })
  void write_featureOfAnotherType_isWrongType(String json) {
    assertThat(reason(features(), json, spec("x", "float32", 3)))
        .isEqualTo(RecordReason.WRONG_TYPE);
  }

  @Test
  void write_vectorOfAnotherLength_isWrongShape() {
    String json = "{'amount': 1, 'foreign': true}";
    assertThat(reason(features(), json, spec("x", "float32", 4)))
        .isEqualTo(RecordReason.WRONG_SHAPE);
    assertThat(reason(features(), json, spec("x", "float32", 3, 3)))
        .isEqualTo(RecordReason.WRONG_SHAPE);
  }

  @Test
  void write_vectorOfUnknownLength_isStated() {
    RecordingRow row =
        write(features(), "{'amount': 1, 'foreign': true}", spec("x", "float32", -1));

    assertThat(row.shape("x")).isEqualTo(Shape.of(3));
    assertThat(row.written("x")).hasSize(3);
  }

  @Test
  void write_featureThatTheInputCannotHold_isWrongType() {
    String json = "{'amount': 1, 'foreign': true}";
    assertThat(reason(features(), json, spec("x", "int32", 3))).isEqualTo(RecordReason.WRONG_TYPE);
    JsonRecordFormat wide =
        JsonRecordFormat.builder()
            .features("x", List.of(Feature.required("a", ElementType.FLOAT64)))
            .build();
    assertThat(reason(wide, "{'a': 1e300}", spec("x", "float32", 1)))
        .isEqualTo(RecordReason.WRONG_TYPE);
  }

  @Test
  void misfits_ofAnyTypeAndShape_areWhatARecordIsRejectedFor() {
    for (ElementType to : ElementType.values()) {
      for (ElementType from : ElementType.values()) {
        String value =
            switch (ElementKind.of(from)) {
              case REAL, INTEGER -> "1";
              case BOOLEAN -> "true";
              case BYTES -> "'s'";
              case COMPLEX, RAW_ONLY -> null;
            };
        if (value != null) {
          assertMisfitsAsWritten(
              new TensorSpec("x", to, Shape.of(1)), value, Feature.required("a", from));
        }
      }
    }
    Feature[] two = {
      Feature.required("a", ElementType.INT8), Feature.required("b", ElementType.STRING)
    };
    for (Shape row :
        List.of(
            Shape.scalar(),
            Shape.of(1),
            Shape.of(2),
            Shape.of(-1),
            Shape.of(1, 2),
            Shape.of(2, 1),
            Shape.of(-1, -1))) {
      TensorSpec input = new TensorSpec("x", ElementType.INT64, row);
      assertMisfitsAsWritten(input, "1", two);
      assertMisfitsAsWritten(input, "1", two[0]);
    }
  }

  /** A record is told the first. */
  private static void assertMisfitsAsWritten(TensorSpec row, String value, Feature... features) {
    JsonRecordFormat format = JsonRecordFormat.builder().features("x", List.of(features)).build();
    List<String> misfits = Feature.misfits(row, List.of(features));
    String json = "{'a': " + value + ", 'b': 's'}";
    RecordingRow whole = new RecordingRow(new Signature("s", List.of(row), List.of()), false);

    RecordException told =
        catchThrowableOfType(
            RecordException.class, () -> format.write(JsonRows.record(json), whole));

    assertThat(told == null ? List.of() : List.of(String.valueOf(told.getMessage())))
        .as("%s by %s", row, List.of(features))
        .isEqualTo(misfits.subList(0, Math.min(1, misfits.size())));
  }

  @Test
  void write_uint64Feature_keepsItsMagnitude() {
    JsonRecordFormat format =
        JsonRecordFormat.builder()
            .features("x", List.of(Feature.required("a", ElementType.UINT64)))
            .build();
    String json = "{'a': 18446744073709551615}";

    assertThat(write(format, json, spec("x", "float64", 1)).written("x")).containsExactly(0x1p64);
    assertThat(write(format, json, spec("x", "uint64", 1)).written("x")).containsExactly(-1L);
    assertThat(reason(format, json, spec("x", "int64", 1))).isEqualTo(RecordReason.WRONG_TYPE);
  }

  @Test
  void write_featuresBesideOtherInputs_bothAreWritten() {
    RecordingRow row =
        write(
            features(),
            "{'amount': 1, 'foreign': true, 'text': 'a'}",
            spec("x", "float32", 3),
            spec("text", "string"));

    assertThat(row.written("x")).hasSize(3);
    assertThat(row.written("text")).containsExactly("a");
  }

  @Test
  void write_unknownField_isRefusedWithTheNamesThatAreKnown() {
    JsonRecordFormat strict =
        JsonRecordFormat.builder()
            .features("x", List.of(Feature.required("amount", ElementType.FLOAT32)))
            .carriedFields(List.of("id"))
            .ignoreUnknownFields(false)
            .build();

    assertThatThrownBy(
            () -> write(strict, "{'x': 1}", spec("x", "float32", 1), spec("text", "string")))
        .hasMessage(
            "unknown field 'x': expected one of the features [amount], inputs [text], fields of"
                + " the output [id]");
  }

  @Test
  void write_stringFeatures_areWrittenWhateverReadsThem() {
    JsonRecordFormat format =
        JsonRecordFormat.builder()
            .features(
                "x",
                List.of(
                    Feature.required("a", ElementType.STRING),
                    new Feature("b", ElementType.STRING, "é")))
            .build();
    TensorSpec x = spec("x", "string", 2);

    assertThat(write(format, "{'b': 'bb', 'a': 'plain'}", x).written("x"))
        .containsExactly("plain", "bb");
    assertThat(write(format, "{'a': ''}", x).written("x")).containsExactly("", "\u00c3\u00a9");
    assertThat(write(format, "{'b': '\\t', 'a': {'b64': 'AP8='}}", x).written("x"))
        .containsExactly("\u0000\u00ff", "\t");
    assertThat(reason(format, "{'a': 'a'}", spec("x", "float32", 2)))
        .isEqualTo(RecordReason.WRONG_TYPE);
  }

  @Test
  void write_featureNamedAsTheInput_isAField() {
    JsonRecordFormat format =
        JsonRecordFormat.builder()
            .features("x", List.of(Feature.required("x", ElementType.FLOAT32)))
            .build();

    assertThat(write(format, "{'x': 5}", spec("x", "float32", 1)).written("x"))
        .containsExactly(5.0);
  }

  @Test
  void serialized_afterUse_worksStill() throws Exception {
    JsonRecordFormat format = features();
    write(format, "{'amount': 1, 'foreign': true}", spec("x", "float32", 3));

    JsonRecordFormat copy = InstantiationUtil.clone(format);

    assertThat(write(copy, "{'amount': 2, 'foreign': true}", spec("x", "float32", 3)).written("x"))
        .containsExactly(2.0, -1.0, 1.0);
  }

  @Test
  void build_wrongFeatures_areRefusedByName() {
    assertThatThrownBy(() -> new Feature("age", ElementType.UINT8, 256))
        .hasMessageContaining("age")
        .hasMessageContaining("256");
    assertThatThrownBy(() -> Feature.required("z", ElementType.COMPLEX64))
        .hasMessageContaining("z");
    Feature a = Feature.required("a", ElementType.FLOAT32);
    assertThatThrownBy(() -> JsonRecordFormat.builder().features("x", List.of(a, a)).build())
        .hasMessage("feature 'a' is listed twice");
    assertThatThrownBy(() -> JsonRecordFormat.builder().features("x", List.of()).build())
        .hasMessageContaining("'x'");
  }

  @Test
  void write_fieldOutsideTheFeaturesNestedTooDeep_isMalformed() {
    String deep = "[".repeat(100_000);
    assertThat(reason(features(), "{'other': " + deep, spec("x", "float32", 3)))
        .isEqualTo(RecordReason.MALFORMED);
  }

  private static JsonRecordFormat features() {
    return JsonRecordFormat.builder()
        .features(
            "x",
            List.of(
                Feature.required("amount", ElementType.FLOAT32),
                new Feature("count", ElementType.INT8, -1),
                new Feature("foreign", ElementType.BOOL, false)))
        .build();
  }
}
