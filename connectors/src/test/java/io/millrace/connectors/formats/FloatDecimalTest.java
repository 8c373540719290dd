package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.nio.CharBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FloatDecimalTest {
  private final char[] text = new char[FloatDecimal.MAX_LENGTH];

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0",
        "-0.0",
        "1.0",
        "-1.0",
        "10.0",
        "0.1",
        "0.3",
        "123456.7",
        "1.0E7",
        "9999999.0",
        "0.001",
        "9.0E-4",
        "9.999E-4",
        "3.4028235E38",
        "-1.1754944E-38",
        "1.4E-45",
        "9.8E-45",
        "2.0E10",
        "8388608.0",
        "1.6777216E7",
        "3.3554432E7",
        "0.0019999999"
      })
  void write_knownValue_isItsText(String known) {
    assertThat(written(Float.parseFloat(known))).isEqualTo(known);
  }

  @Test
  void write_randomBits_isWhatJacksonWrites() {
    Random random = new Random(1);
    for (int i = 0; i < 500_000; i++) {
      check(random.nextInt());
    }
  }

  @Test
  void write_aroundEachPowerOfTwo_isWhatJacksonWrites() {
    for (int exponent = 0; exponent < 255; exponent++) {
      for (int offset = -200; offset <= 200; offset++) {
        check((exponent << 23) + offset);
      }
    }
  }

  private void check(int bits) {
    check(bits, text);
  }

  /** Holds what is written of a value, into this text, against Jackson's. */
  static void check(int bits, char[] text) {
    float value = Float.intBitsToFloat(bits);
    if (!Float.isFinite(value)) {
      return;
    }
    String expected = NumberOutput.toString(value, true);
    int length = FloatDecimal.write(value, text, 0);
    // A million assertions take longer than what they assert.
    if (!expected.contentEquals(CharBuffer.wrap(text, 0, length))) {
      assertThat(new String(text, 0, length)).as("bits %08x", bits).isEqualTo(expected);
    }
  }

  private String written(float value) {
    return new String(text, 0, FloatDecimal.write(value, text, 0));
  }
}
