package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
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

    @Override
    public TensorReader output(int index) {
      return new NumberReader(spec, value);
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
}
