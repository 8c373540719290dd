package io.millrace.jobs.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.SortedMap;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How the run is going: a bar that stays in its line on a terminal, a line every few seconds
 * elsewhere. For one thread.
 */
final class Progress implements AutoCloseable {
  private static final int REFRESH_MILLIS = 200;
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;

  /** What the run looks like at a moment; latencies in milliseconds, of the last second. */
  record Moment(
      int sent,
      int returned,
      double ratePerSecond,
      double p50,
      double p99,
      SortedMap<Integer, Long> versions) {

    private String text() {
      String live =
          versions.entrySet().stream()
              .map(it -> it.getKey() + ":v" + it.getValue())
              .collect(Collectors.joining(" "));
      return String.format(
          Locale.ROOT, "%,7.0f/s  p50 %5.1f ms  p99 %5.1f ms  %s", ratePerSecond, p50, p99, live);
    }
  }

  private final PrintStream out;
  private final int total;
  private final @Nullable ProgressBar bar;
  private final long start = System.nanoTime();
  private long lastLine = start;

  /**
   * @param terminal whether {@code out} is one
   */
  Progress(PrintStream out, int total, boolean terminal) {
    this.out = out;
    this.total = total;
    this.bar = terminal ? bar(out, total) : null;
  }

  private static ProgressBar bar(PrintStream out, int total) {
    return new ProgressBarBuilder()
        .setTaskName("  scoring")
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
        .setUpdateIntervalMillis(REFRESH_MILLIS)
        .hideEta()
        .setConsumer(new ConsoleProgressBarConsumer(out))
        .build();
  }

  void show(Moment moment) {
    if (bar != null) {
      bar.stepTo(moment.returned());
      bar.setExtraMessage(" " + moment.text());
    } else if (System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      out.printf(
          Locale.ROOT,
          "  %3.0f s  %,d of %,d  %s%n",
          (lastLine - start) / 1e9,
          moment.returned(),
          total,
          moment.text());
    }
  }

  /** A line that stays, above the bar. One call of the stream, so that the bar cannot cut it. */
  void say(String line) {
    out.print((bar == null ? "" : "\r\033[2K") + "  " + line + System.lineSeparator());
    out.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
