package io.millrace.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutputTailTest {

  private static OutputTail of(String output) throws InterruptedException {
    OutputTail tail =
        OutputTail.of(new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)));
    tail.awaitEnd(Duration.ofMinutes(1));
    return tail;
  }

  @Test
  void answer_isWhatFollowsTheTokenAtTheBeginningOfALine() throws Exception {
    assertThat(of("noise\nt0ken passed\nmore noise\n").answer("t0ken")).contains(" passed");
    assertThat(of("noise t0ken passed\n").answer("t0ken")).isEmpty();
    assertThat(of("").answer("t0ken")).isEmpty();
    assertThat(of("t0ken begun\nt0ken passed\n").answer("t0ken")).contains(" passed");
  }

  @Test
  void answer_behindMoreOutputThanIsKept_isFound() throws Exception {
    OutputTail tail = of("t0ken begun\n" + "x".repeat(1_000_000) + "\nt0ken passed\n");
    assertThat(tail.answer("t0ken")).contains(" passed");
    assertThat(tail.beganWith("t0ken begun")).isTrue();
    assertThat(tail.beganWith("t0ken passed")).isFalse();
  }

  @Test
  void lastLines_areOneShortLineOfPrintableCharacters() throws Exception {
    assertThat(of("first\n\nt0ken begun\n  second\u0007\u001b[0m\n").lastLines("t0ken"))
        .isEqualTo("first | second  [0m");
    assertThat(of("a".repeat(5_000) + "\nthe end\n").lastLines("t0ken"))
        .hasSizeLessThan(500)
        .startsWith("...")
        .endsWith("a | the end");
  }
}
