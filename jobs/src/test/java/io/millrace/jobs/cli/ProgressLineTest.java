package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.ReplayProgress.Moment;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long TOTAL = 2_500_000_000L;

  private final StringWriter written = new StringWriter();
  private long now = 5 * SECOND;

  private ProgressLine line(boolean terminal) {
    return new ProgressLine(new PrintWriter(written), terminal, () -> now);
  }

  private void show(ProgressLine line, int second, long records, long bytes) {
    now = (5 + second) * SECOND;
    line.show(new Moment(records, bytes, TOTAL));
  }

  @Test
  void show_onATerminal_drawsOverTheLineBefore() {
    ProgressLine line = line(true);

    show(line, 3, 0, 0);
    assertThat(written.toString()).isEmpty();
    show(line, 4, 1_000, TOTAL / 100);
    show(line, 5, 2_000, TOTAL / 50);
    assertThat(written.toString())
        .isEqualTo(
            "\r\033[2K░░░░░░░░░░   1 %  1,000 records  0/s  0.0/2.5 GB"
                + "\r\033[2K░░░░░░░░░░   2 %  2,000 records  1,000/s  0.1/2.5 GB  49 s left");
    written.getBuffer().setLength(0);
    show(line, 104, 1_234_567, TOTAL / 2);
    assertThat(written.toString())
        .isEqualTo(
            "\r\033[2K█████░░░░░  50 %  1,234,567 records  0/s  1.3/2.5 GB  1 min 40 s left");
    assertThat(written.toString()).hasSizeLessThan(80 + "\r\033[2K".length());
    written.getBuffer().setLength(0);
    now = 205 * SECOND;
    line.end(new Moment(2_000_000, TOTAL, TOTAL));
    assertThat(written.toString())
        .isEqualTo(
            "\r\033[2K██████████ 100 %  2,000,000 records  10,000/s  2.5/2.5 GB  in 3 min 20 s"
                + System.lineSeparator());
  }

  @Test
  void show_elsewhere_isALineEveryTenSeconds() {
    ProgressLine line = line(false);

    for (int second = 1; second <= 29; second++) {
      show(line, second, second * 100L, TOTAL * second / 100);
    }
    line.abandon();
    now = (5 + 7200) * SECOND;
    line.end(new Moment(0, 0, 0));
    assertThat(written.toString().lines())
        .containsExactly(
            "   10 s   10 %  1,000 records  100/s  0.3/2.5 GB  1 min 21 s left",
            "   20 s   20 %  2,000 records  100/s  0.5/2.5 GB  1 min 16 s left",
            "  7200 s  100 %  0 records  0/s  0/0 B  in 2 h 0 min");
  }

  @Test
  void abandon_afterALineWasDrawn_leavesIt() {
    ProgressLine line = line(true);
    line.abandon();
    assertThat(written.toString()).isEmpty();
    show(line, 1, 1, 1);
    line.abandon();
    assertThat(written.toString()).endsWith(System.lineSeparator());
  }
}
