package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorflow.internal.c_api.global.tensorflow;

class NativeStatusITCase {

  @Test
  void message_thatQuotesARecord_isCutOff() {
    try (NativeStatus status = new NativeStatus()) {
      tensorflow.TF_SetStatus(status.handle(), 3, "Could not\nparse: " + "{".repeat(1 << 20));

      assertThat(status.message())
          .startsWith("Could not parse: {{{")
          .endsWith("{... (of 1048593 characters)")
          .hasSizeLessThan(1_100);
    }
  }
}
