package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.testing.models.ExampleBytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;

class ScoredAvroFormatTest {
  private static final ModelVersion VERSION = new ModelVersion("m", 7, "sha256:1");

  private static TensorSpec spec(String name, ElementType type, long... dimensions) {
    return new TensorSpec(name, type, Shape.of(dimensions));
  }

  private static GenericRecord written(
      Schema schema, List<String> fields, String json, StoredPrediction prediction)
      throws IOException {
    KafkaRecord record = new KafkaRecord("file", 0, 0, -1, 0, null, json.getBytes(UTF_8));
    byte[] value = new ScoredAvroFormat(schema, fields).value(record, prediction, VERSION);
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(value, null);
    GenericRecord read = new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
    assertThat(decoder.isEnd()).isTrue();
    return read;
  }

  private static Object at(GenericRecord record, String group, String name) {
    return ((GenericRecord) record.get(group)).get(name);
  }

  @Test
  void value_ofEveryKindOfOutput_isTypedByTheSignature() throws IOException {
    Signature signature =
        new Signature(
            "serving_default",
            List.of(spec("x", ElementType.FLOAT32, -1, 2)),
            List.of(
                spec("big", ElementType.UINT64, -1),
                spec("flag", ElementType.BOOL, -1),
                spec("label", ElementType.STRING, -1),
                spec("odd/name:0", ElementType.INT32, -1),
                spec("risk", ElementType.FLOAT32, -1, 2, -1),
                spec("wave", ElementType.COMPLEX128, -1)));
    Schema schema = ScoredRecordSchema.of(signature, List.of(), Map.of());
    StoredPrediction prediction =
        new StoredPrediction()
            .with("big", ElementType.UINT64, Shape.of(), -1L)
            .with("flag", ElementType.BOOL, Shape.of(), true)
            .with("label", ElementType.STRING, Shape.of(), new byte[] {(byte) 0xff})
            .with("odd/name:0", ElementType.INT32, Shape.of(), -5)
            .with(
                "risk",
                ElementType.FLOAT32,
                Shape.of(2, 2),
                Float.NaN,
                Float.NEGATIVE_INFINITY,
                -0f,
                Float.MIN_VALUE)
            .with("wave", ElementType.COMPLEX128, Shape.of(), new double[] {1, -2});

    GenericRecord record = written(schema, List.of(), "{}", prediction);

    assertThat(record.get("key")).isNull();
    ByteBuffer big = (ByteBuffer) at(record, "predictions", "big");
    assertThat(new BigInteger(big.array())).isEqualTo("18446744073709551615");
    assertThat(at(record, "predictions", "flag")).isEqualTo(true);
    assertThat(at(record, "predictions", "label"))
        .isEqualTo(ByteBuffer.wrap(new byte[] {(byte) 0xff}));
    assertThat(at(record, "predictions", "odd_name_0")).isEqualTo(-5);
    assertThat(at(record, "predictions", "risk").toString())
        .isEqualTo(
            List.of(List.of(Float.NaN, Float.NEGATIVE_INFINITY), List.of(-0f, Float.MIN_VALUE))
                .toString());
    assertThat(at(record, "predictions", "wave")).isEqualTo(List.of(1.0, -2.0));
    assertThat(Stream.of("name", "version", "digest").map(it -> at(record, "model", it).toString()))
        .containsExactly("m", "7", "sha256:1");
    assertThat(schema.getField("predictions").schema().getField("odd_name_0"))
        .extracting(field -> field.getProp("millrace.name"))
        .isEqualTo("odd/name:0");
  }

  private static final Signature SIGNATURE =
      new Signature(
          "serving_default",
          List.of(spec("x", ElementType.FLOAT32, -1, 2), spec("z", ElementType.INT64, -1)),
          List.of(spec("y", ElementType.FLOAT32, -1)));

  private static GenericRecord carried(List<String> fields, String json) throws IOException {
    Schema schema =
        ScoredRecordSchema.of(
            SIGNATURE, fields, Map.of("amount", ElementType.FLOAT32, "big", ElementType.UINT64));
    StoredPrediction prediction =
        new StoredPrediction().with("y", ElementType.FLOAT32, Shape.of(), 1f);
    return (GenericRecord) written(schema, fields, json, prediction).get("fields");
  }

  @Test
  void value_carriedFields_haveTheTypesOfFeaturesAndInputsOrAreText() throws IOException {
    List<String> fields = List.of("amount", "x", "z", "id", "who", "gone", "none", "more", "big");

    GenericRecord record =
        carried(
            fields,
            """
            {"who": "Zoë", "more": {"a": [1]}, "id": 17.0, "none": null, "z": -3, "x": [1, "NaN"],
             "amount": 1.1, "big": 18446744073709551615}
            """);

    assertThat(record.get("amount")).isEqualTo(1.1f);
    assertThat(record.get("x")).isEqualTo(List.of(1f, Float.NaN));
    assertThat(record.get("z")).isEqualTo(-3L);
    assertThat(record.get("id")).hasToString("17.0");
    assertThat(record.get("who")).hasToString("Zoë");
    assertThat(record.get("gone")).isNull();
    assertThat(record.get("none")).isNull();
    assertThat(record.get("more")).hasToString("{\"a\": [1]}");
    assertThat(new BigInteger(((ByteBuffer) record.get("big")).array()))
        .isEqualTo("18446744073709551615");
  }

  @Test
  void value_carriedFeaturesOfAnExample_haveTheTypesOfInputs() throws IOException {
    Signature signature =
        new Signature(
            "s",
            List.of(
                spec("flag", ElementType.BOOL, -1),
                spec("image", ElementType.STRING, -1, 1),
                spec("x", ElementType.FLOAT32, -1, 1)),
            SIGNATURE.outputs());
    List<String> fields = List.of("flag", "image", "x");
    byte[] example =
        ExampleBytes.of(
            Map.of(
                "flag", ExampleBytes.integers(1),
                "image", new ExampleBytes.Values(ExampleBytes.Kind.STRINGS, List.of("\u00ff")),
                "x", ExampleBytes.floats(0.1f)));

    GenericRecord record =
        (GenericRecord)
            written(
                    ScoredRecordSchema.of(signature, fields, Map.of()),
                    fields,
                    new String(new ExampleRecordJson(fields).of(example), UTF_8),
                    new StoredPrediction().with("y", ElementType.FLOAT32, Shape.of(), 1f))
                .get("fields");

    assertThat(record.get("flag")).isEqualTo(true);
    assertThat(record.get("image")).isEqualTo(List.of(ByteBuffer.wrap(new byte[] {(byte) 0xff})));
    assertThat(record.get("x")).isEqualTo(List.of(0.1f));
  }

  @Test
  void value_carriedFieldOfAnotherType_isRefused() {
    assertThatThrownBy(() -> carried(List.of("x"), "{\"x\": {\"a\": 1}}"))
        .isInstanceOf(RecordException.class)
        .hasMessageContainingAll("field 'x'", "expected a list", "an object");
    assertThatThrownBy(() -> carried(List.of("z"), "{\"z\": \"1\"}"))
        .isInstanceOf(RecordException.class)
        .hasMessageContainingAll("field 'z'", "expected int64", "a string");
  }

  @Test
  void of_namesThatAreOneInAvro_areRefused() {
    assertThatThrownBy(() -> ScoredRecordSchema.of(SIGNATURE, List.of("a-b", "a.b"), Map.of()))
        .hasMessageContainingAll("'a-b'", "'a.b'", "'a_b'");
  }

  @Test
  void of_unknownRank_isRefused() {
    Signature unknown =
        new Signature(
            "s",
            SIGNATURE.inputs(),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.unknownRank())));
    assertThatThrownBy(() -> ScoredRecordSchema.of(unknown, List.of(), Map.of()))
        .hasMessageContainingAll("output 'y'", "known rank");
  }
}
