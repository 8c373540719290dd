package io.millrace.testing.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgumentFileTest {

  @Test
  void read_escapes_areReadOnceFromLeftToRight() {
    assertThat(ArgumentFile.read("\"a b\"\n\"\\\\n\"\n\"x\\ny\\rz\"\n\"\\\\\\\"\"\n\"\"\n"))
        .containsExactly("a b", "\\n", "x\ny\rz", "\\\"", "");
  }

  @Test
  void read_lineWithoutQuotes_isRefused() {
    assertThatThrownBy(() -> ArgumentFile.read("a\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in quotes");
  }
}
