package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.ElementType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class NumberFormatTest {
  private static double kept(ElementType type, double value) {
    ByteBuffer bytes = ByteBuffer.allocate(type.byteSize());
    NumberFormat.putReal(type, bytes, 0, value);
    return NumberFormat.getReal(type, bytes, 0);
  }

  /** As a float32 first, each would be half-way between two, and end at the other one. */
  @Test
  void putReal_closeToHalfWay_roundsOnce() {
    assertThat(kept(ElementType.FLOAT16, 1 + 0x1p-11 + 0x1p-30)).isEqualTo(1 + 0x1p-10);
    assertThat(kept(ElementType.FLOAT16, 65519.9999999)).isEqualTo(65504);
    assertThat(kept(ElementType.FLOAT16, -65520.0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(kept(ElementType.FLOAT16, Double.NaN)).isNaN();
    assertThat(kept(ElementType.BFLOAT16, 1 + 0x1p-8 + 0x1p-40)).isEqualTo(1 + 0x1p-7);
    assertThat(kept(ElementType.BFLOAT16, Double.NaN)).isNaN();
  }
}
