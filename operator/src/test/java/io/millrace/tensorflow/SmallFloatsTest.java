package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.FloatRounding;
import org.junit.jupiter.api.Test;

class SmallFloatsTest {

  private interface Decoder {
    float decode(int bits);
  }

  /**
   * What FloatRounding says of a format by its figures, this one by its bits: between two numbers
   * that follow each other it rounds to the nearer one, and half-way to the one whose last bit is
   * 0.
   */
  private static void assertRounds(ElementType type, int numbers, Decoder format) {
    for (int bits = 0; bits < numbers - 1; bits++) {
      double lower = format.decode(bits);
      double upper = format.decode(bits + 1);
      double middle = (lower + upper) / 2;
      double even = bits % 2 == 0 ? lower : upper;
      String place = type + ", bits " + bits;
      for (int sign : new int[] {1, -1}) {
        assertThat(FloatRounding.nearest(type, sign * lower)).as(place).isEqualTo(sign * lower);
        assertThat(FloatRounding.nearest(type, sign * Math.nextDown(middle)))
            .as(place)
            .isEqualTo(sign * lower);
        assertThat(FloatRounding.nearest(type, sign * middle)).as(place).isEqualTo(sign * even);
        assertThat(FloatRounding.nearest(type, sign * Math.nextUp(middle)))
            .as(place)
            .isEqualTo(sign * upper);
      }
    }
    double most = format.decode(numbers - 1);
    assertThat(FloatRounding.nearest(type, most)).isEqualTo(most);
    assertThat(FloatRounding.nearest(type, 2 * most)).isNotFinite();
    assertThat(Float.isFinite(format.decode(numbers))).as("the number behind the most").isFalse();
  }

  @Test
  void floatRounding_agreesWithEveryBitPattern() {
    assertRounds(ElementType.FLOAT16, 0x7C00, bits -> SmallFloats.fromFloat16((short) bits));
    assertRounds(ElementType.BFLOAT16, 0x7F80, bits -> SmallFloats.fromBfloat16((short) bits));
    assertRounds(ElementType.FLOAT8_E5M2, 0x7C, bits -> SmallFloats.fromFloat8E5m2((byte) bits));
    assertRounds(
        ElementType.FLOAT8_E4M3FN, 0x7F, bits -> SmallFloats.fromFloat8E4m3fn((byte) bits));
  }

  @Test
  void float16_everyValueRoundTrips() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = SmallFloats.fromFloat16((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(SmallFloats.toFloat16(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void bfloat16_everyValueRoundTrips() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = SmallFloats.fromBfloat16((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(SmallFloats.toBfloat16(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void float16_knownValues() {
    assertThat(SmallFloats.fromFloat16((short) 0x3C00)).isEqualTo(1f);
    assertThat(SmallFloats.fromFloat16((short) 0x7BFF)).isEqualTo(65504f);
    assertThat(SmallFloats.fromFloat16((short) 1)).isEqualTo(0x1p-24f);
    assertThat(SmallFloats.fromFloat16((short) 0xFC00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(SmallFloats.fromFloat16((short) 0x7C01)).isNaN();
  }

  @Test
  void float16_roundsToNearestTiesToEven() {
    assertThat(SmallFloats.toFloat16(1 + 0x1p-11f)).isEqualTo((short) 0x3C00);
    assertThat(SmallFloats.toFloat16(1 + 3 * 0x1p-11f)).isEqualTo((short) 0x3C02);
    assertThat(SmallFloats.toFloat16(65519.99f)).isEqualTo((short) 0x7BFF);
    assertThat(SmallFloats.toFloat16(65520f)).isEqualTo((short) 0x7C00);
    assertThat(SmallFloats.toFloat16(0x1p-25f)).isEqualTo((short) 0);
    assertThat(SmallFloats.fromFloat16(SmallFloats.toFloat16(Float.NaN))).isNaN();
  }

  @Test
  void bfloat16_roundsToNearestTiesToEven() {
    assertThat(SmallFloats.toBfloat16(1 + 0x1p-8f)).isEqualTo((short) 0x3F80);
    assertThat(SmallFloats.toBfloat16(1 + 3 * 0x1p-8f)).isEqualTo((short) 0x3F82);
    assertThat(SmallFloats.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7F80);
    assertThat(SmallFloats.fromBfloat16(SmallFloats.toBfloat16(Float.NaN))).isNaN();
  }

  @Test
  void float8_knownValues() {
    assertThat(SmallFloats.fromFloat8E5m2((byte) 0x3C)).isEqualTo(1f);
    assertThat(SmallFloats.fromFloat8E5m2((byte) 0x7B)).isEqualTo(57344f);
    assertThat(SmallFloats.fromFloat8E5m2((byte) 0xFC)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(SmallFloats.fromFloat8E5m2((byte) 0x01)).isEqualTo(0x1p-16f);
    assertThat(SmallFloats.fromFloat8E4m3fn((byte) 0x38)).isEqualTo(1f);
    assertThat(SmallFloats.fromFloat8E4m3fn((byte) 0x7E)).isEqualTo(448f);
    assertThat(SmallFloats.fromFloat8E4m3fn((byte) 0x81)).isEqualTo(-0x1p-9f);
    assertThat(SmallFloats.fromFloat8E4m3fn((byte) 0xFF)).isNaN();
  }
}
