package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoldenReportTest {
  private static final GoldenTolerance EXACT = new GoldenTolerance(0, 0);

  /** An output {@code y} of one value. */
  private record Answer(TensorSpec spec, double value) implements Prediction {
    @Override
    public Signature signature() {
      return new Signature("serving_default", List.of(), List.of(spec));
    }

    @Override
    public TensorReader output(String name) {
      return output(signature().outputIndex(name));
    }

    // TensorReader has a method for each type; a golden row asks for few of them.
    @Override
    public TensorReader output(int index) {
      return (TensorReader)
          Proxy.newProxyInstance(
              GoldenReportTest.class.getClassLoader(),
              new Class<?>[] {TensorReader.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "spec" -> spec;
                    case "shape" -> Shape.of(1);
                    case "getDouble" -> value;
                    case "getFloat" -> (float) value;
                    default -> throw new AssertionError(method);
                  });
    }

    @Override
    public boolean isFinite() {
      return Double.isFinite(value);
    }
  }

  private static boolean isRight(ElementType type, String expected, double actual)
      throws Exception {
    GoldenReport report = new GoldenReport(EXACT);
    TensorSpec spec = new TensorSpec("y", type, Shape.of(1));
    report.compare(
        0,
        Map.of("y", new ObjectMapper().readTree("[" + expected + "]")),
        new Answer(spec, actual));
    return report.isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT64, 0.1, 0.1",
    "FLOAT32, 0.1, 0.10000000149011612",
    "FLOAT16, 0.1, 0.0999755859375",
    "BFLOAT16, 0.1, 0.10009765625",
    "FLOAT8_E5M2, 0.1, 0.09375",
    "FLOAT8_E4M3FN, 0.1, 0.1015625"
  })
  void compare_expectedNumber_isRoundedToTheOutputsType(
      ElementType type, String expected, double actual) throws Exception {
    assertThat(isRight(type, expected, actual)).isTrue();
    assertThat(isRight(type, expected, Math.nextUp(actual))).isFalse();
    assertThat(isRight(type, "-" + expected, -actual)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, 65519.99, 65504",
    "FLOAT16, 65520, Infinity",
    "FLOAT16, 2.98e-8, 0",
    "FLOAT16, 2.99e-8, 5.9604644775390625e-8",
    "FLOAT16, 1.00048828125, 1",
    "FLOAT16, 1.000488281250001, 1.0009765625",
    "BFLOAT16, 3.4e38, Infinity",
    "FLOAT8_E5M2, 61440, Infinity",
    "FLOAT8_E5M2, 61439, 57344",
    "FLOAT8_E4M3FN, 464, 448",
    "FLOAT8_E4M3FN, 465, NaN",
    "FLOAT8_E4M3FN, 0.001, 0.001953125"
  })
  void nearest_knownValues(ElementType type, double value, double nearest) {
    assertThat(FloatRounding.nearest(type, value)).isEqualTo(Double.valueOf(nearest));
    assertThat(FloatRounding.nearest(type, -value)).isEqualTo(Double.valueOf(-nearest));
  }

  @Test
  void nearest_roundedNumber_staysAsItIs() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (ElementType type : ElementType.values()) {
      for (int i = 0; i < 1000 && type.isFloating(); i++) {
        double rounded =
            FloatRounding.nearest(type, Math.scalb(random.nextGaussian(), i % 40 - 20));
        assertThat(FloatRounding.nearest(type, rounded))
            .as("seed %d", seed)
            .isEqualTo(Double.valueOf(rounded));
      }
    }
  }
}
