package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SmallFloatsTest {

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
