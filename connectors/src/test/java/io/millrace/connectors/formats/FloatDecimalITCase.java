package io.millrace.connectors.formats;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FloatDecimalITCase {
  @Test
  @Tag("nightly")
  void write_everyFloat_isWhatJacksonWrites() {
    char[] text = new char[FloatDecimal.MAX_LENGTH];
    int bits = 0;
    do {
      FloatDecimalTest.check(bits++, text);
    } while (bits != 0);
  }
}
