package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the whole: a real broker, a real job, a real switch. */
class DemoITCase {
  private static final int SECONDS = 12;
  private static final int RATE = 1_000;

  @TempDir private Path folder;

  @Test
  void run_accountsForEveryRecord_andBothVersionsScore() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Path report = folder.resolve("report.html");
    Demo.Options options = new Demo.Options(SECONDS, RATE, 1, report, "0");

    List<String> faults = new Demo(options, out, false).run(folder.resolve("run"));

    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(faults).as(text).isEmpty();
    assertThat(text.lines().reduce((line, next) -> next).orElseThrow())
        .matches(
            "in=9500 out=\\d+ dead=\\d+ lost=0 duplicated=0 versions=1:\\d+,2:\\d+"
                + " rate=\\d+/s p50=\\d+\\.\\dms p99=\\d+\\.\\dms");
    assertThat(report).content().contains("Every record accounted for");
  }
}
