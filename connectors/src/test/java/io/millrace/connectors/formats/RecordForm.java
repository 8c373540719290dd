package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.testing.models.ExampleBytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The ways in which the value of an input {@code x} comes in a record. */
enum RecordForm {
  RAW,
  JSON,
  /** With a name that only Jackson reads. */
  JSON_BY_TOKENS,
  EXAMPLE,
  JSON_FEATURES,
  EXAMPLE_FEATURES;

  /** Whether the form has such values. */
  boolean has(ElementType type, boolean open) {
    ElementKind kind = ElementKind.of(type);
    boolean real = kind != ElementKind.RAW_ONLY && kind != ElementKind.COMPLEX;
    return switch (this) {
      case RAW -> kind != ElementKind.BYTES && !open;
      case JSON, JSON_BY_TOKENS -> kind != ElementKind.RAW_ONLY;
      case EXAMPLE -> real;
      case JSON_FEATURES, EXAMPLE_FEATURES -> real && !open;
    };
  }

  /** What reads vectors of this length. */
  FeatureWriter<KafkaRecord> format(ElementType type, int length) {
    return switch (this) {
      case RAW -> new RawRecordFormat(RecordLimits.DEFAULT);
      case JSON, JSON_BY_TOKENS -> JsonRecordFormat.builder().build();
      case EXAMPLE -> ExampleRecordFormat.builder().build();
      case JSON_FEATURES ->
          JsonRecordFormat.builder().features("x", features(type, length)).build();
      case EXAMPLE_FEATURES ->
          ExampleRecordFormat.builder().features("x", features(type, length)).build();
    };
  }

  private static List<Feature> features(ElementType type, int length) {
    return IntStream.range(0, length).mapToObj(i -> Feature.required("a" + i, type)).toList();
  }

  KafkaRecord record(RandomValue value) {
    byte[] bytes =
        switch (this) {
          case RAW -> value.memory();
          case JSON -> ("{\"x\": " + value.json() + "}").getBytes(UTF_8);
          case JSON_BY_TOKENS -> ("{\"\\u0078\": " + value.json() + "}").getBytes(UTF_8);
          case EXAMPLE -> ExampleBytes.of(Map.of("x", value.feature()));
          case JSON_FEATURES -> ("{" + value.jsonFields() + "}").getBytes(UTF_8);
          case EXAMPLE_FEATURES -> exampleOfFeatures(value);
        };
    return new KafkaRecord("in", 0, 0, 0, 0, null, bytes);
  }

  private static byte[] exampleOfFeatures(RandomValue value) {
    Map<String, ExampleBytes.Values> features = new HashMap<>();
    for (int i = 0; i < value.length(); i++) {
      features.put("a" + i, value.feature(i));
    }
    return ExampleBytes.of(features);
  }
}
