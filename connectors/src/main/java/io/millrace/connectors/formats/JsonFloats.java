package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * A {@code float32} in JSON: with as many digits as tell it from its neighbours, in any Java; NaN
 * and infinities as strings. Not thread-safe.
 */
final class JsonFloats {
  private final char[] digits = new char[FloatDecimal.MAX_LENGTH];

  void write(JsonGenerator json, float value) throws IOException {
    if (Float.isFinite(value)) {
      json.writeNumber(digits, 0, FloatDecimal.write(value, digits, 0));
    } else {
      // Jackson writes NaN and infinities as strings by default.
      json.writeNumber(value);
    }
  }
}
