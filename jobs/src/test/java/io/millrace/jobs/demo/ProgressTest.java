package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.demo.Progress.Moment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Moment half =
      new Moment(150_000, 300_000, 8_000, 5.25, 20, new TreeMap<>(Map.of(0, 2L, 1, 1L)));

  @Test
  void line_fitsTheTerminal() {
    assertThat(half.line(80)).hasSizeLessThanOrEqualTo(80).contains("\u2588\u2588\u2591\u2591");
    assertThat(half.line(300))
        .contains(
            "\u2588".repeat(20) + "\u2591".repeat(20), " 50 %", "150,000", "8,000/s", "v2 v1");
  }

  @Test
  void line_narrowTerminal_leavesTheBarOut() {
    assertThat(half.line(40)).contains("150,000").doesNotContain("\u2588");
  }

  @Test
  void say_withoutATerminal_writesPlainLines() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Progress progress = new Progress(out, 300_000, false)) {
      progress.show(half);
      progress.say("published");
    }

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines("  published\n");
  }
}
