package io.millrace.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code SmallFloatsTest} holds it against every bit pattern of the small formats. */
class FloatRoundingTest {
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

  @ParameterizedTest
  @CsvSource({
    "FLOAT64, 0.1, 0.1",
    "COMPLEX128, 0.1, 0.1",
    "FLOAT32, 0.1, 0.10000000149011612",
    "COMPLEX64, 0.1, 0.10000000149011612",
    "FLOAT32, 1e39, Infinity",
    "FLOAT32, 16777217, 16777216",
    "FLOAT32, 16777219, 16777220"
  })
  void nearest_typesOfJava_areRoundedAsJavaDoes(ElementType type, double value, double nearest) {
    assertThat(FloatRounding.nearest(type, value)).isEqualTo(Double.valueOf(nearest));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT8_E5M2", "FLOAT8_E4M3FN", "FLOAT32"})
  void nearest_whatIsNoNumberOrInfinite_staysSo(ElementType type) {
    assertThat(FloatRounding.nearest(type, Double.NaN)).isNaN();
    assertThat(FloatRounding.nearest(type, Double.POSITIVE_INFINITY)).isPositive().isInfinite();
    assertThat(FloatRounding.nearest(type, Double.NEGATIVE_INFINITY)).isNegative().isInfinite();
  }

  @Test
  void nearest_typeWithoutFractions_isRefused() {
    assertThatThrownBy(() -> FloatRounding.nearest(ElementType.INT8, 1))
        .hasMessage("int8 is not a floating-point type");
  }
}
