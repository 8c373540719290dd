package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PadValueTest {
  private static TensorSpec spec(ElementType type) {
    return new TensorSpec("x", type, Shape.of(-1, -1));
  }

  @Test
  void of_eachKind_isItsMemoryForm() throws Exception {
    assertThat(PadValue.of(spec(ElementType.INT32), "-1")).containsExactly(-1, -1, -1, -1);
    assertThat(PadValue.of(spec(ElementType.UINT8), "255")).containsExactly(-1);
    assertThat(PadValue.of(spec(ElementType.UINT64), "18446744073709551615"))
        .containsExactly(-1, -1, -1, -1, -1, -1, -1, -1);
    assertThat(PadValue.of(spec(ElementType.FLOAT32), "1")).containsExactly(0, 0, 0x80, 0x3f);
    assertThat(PadValue.of(spec(ElementType.COMPLEX64), "1"))
        .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0);
    assertThat(PadValue.of(spec(ElementType.BOOL), "true")).containsExactly(1);
    assertThat(PadValue.of(spec(ElementType.FLOAT8_E5M2), "0")).containsExactly(0);
    assertThat(PadValue.of(spec(ElementType.STRING), " é")).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "INT32, 1.5",
    "INT8, 128",
    "UINT8, -1",
    "FLOAT32, zero",
    "FLOAT32, 1e39",
    "FLOAT32, NaN",
    "FLOAT64, -Infinity",
    "FLOAT16, 70000",
    "COMPLEX64, 1e39",
    "BOOL, 1",
    "FLOAT8_E4M3FN, 1",
    "INT64, ''"
  })
  void of_valueThatTheTypeLacks_namesBoth(ElementType type, String text) {
    assertThatThrownBy(() -> PadValue.of(spec(type), text))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "input " + spec(type) + " is padded with '" + text + "': expected ");
  }
}
