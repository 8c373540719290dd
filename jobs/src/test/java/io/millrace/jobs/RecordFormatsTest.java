package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class RecordFormatsTest {
  private static Configuration features(String input, String... names) {
    Configuration config = new Configuration();
    config.set(ScoreTopicOptions.FEATURES_INPUT, input);
    config.set(
        ScoreTopicOptions.FEATURES_FIELDS,
        List.of(names).stream().map(name -> Map.of("name", name)).toList());
    return config;
  }

  private static Signature signature(String input, ElementType type, long... dimensions) {
    return new Signature(
        "s",
        List.of(new TensorSpec(input, type, Shape.of(dimensions))),
        List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1))));
  }

  @Test
  void requireFit_whatEachSignatureLacks_isNamedAtOnce() {
    assertThatThrownBy(
            () ->
                RecordFormats.requireFit(
                    features("x", "a", "b"),
                    List.of(
                        signature("x", ElementType.FLOAT64, -1, 3),
                        signature("x", ElementType.INT64, -1, 2),
                        signature("z", ElementType.FLOAT32, -1, 2))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "features.fields: input 'x': float64[3]: cannot be filled with a vector of 2 features;"
                + " features.fields: field 'a' of float32 cannot be an element of int64;"
                + " features.fields: field 'b' of float32 cannot be an element of int64;"
                + " features.input is 'x', which is no input: expected one of [z]");
  }

  @Test
  void requireFit_whatFitsOneVersionOfSeveral_isAllowed() {
    assertThatCode(
            () ->
                RecordFormats.requireFit(
                    features("x", "a", "b"),
                    List.of(
                        signature("x", ElementType.FLOAT32, -1, 3),
                        signature("x", ElementType.FLOAT32, -1, 2))))
        .doesNotThrowAnyException();
  }

  @Test
  void requireFit_whatRecordsCanBeWrittenTo_isAllowed() {
    Configuration whole = features("x", "a", "b");
    whole.set(InferenceOptions.INPUT_SHAPES, Map.of("x", "[2]"));

    assertThatCode(
            () -> {
              RecordFormats.requireFit(
                  features("x", "a", "b"),
                  List.of(
                      signature("x", ElementType.FLOAT16, -1, 2),
                      signature("x", ElementType.FLOAT64, -1, -1),
                      signature("x", ElementType.FLOAT32, 1, 2)));
              RecordFormats.requireFit(
                  features("x", "a"), List.of(signature("x", ElementType.FLOAT32, -1)));
              RecordFormats.requireFit(whole, List.of(signature("x", ElementType.FLOAT32, -1)));
              RecordFormats.requireFit(
                  new Configuration(), List.of(signature("z", ElementType.STRING, -1)));
            })
        .doesNotThrowAnyException();
  }
}
