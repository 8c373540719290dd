package io.millrace.jobs.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How the run is going: a bar that stays in its line on a terminal, a line every few seconds
 * elsewhere. For one thread.
 */
final class Progress implements AutoCloseable {
  private static final int REFRESH_MILLIS = 200;
  private static final int MAX_BAR = 40;
  private static final int MIN_BAR = 5;
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;

  /** What the run looks like at a moment; latencies in milliseconds, of the last seconds. */
  record Moment(
      int returned,
      int total,
      double ratePerSecond,
      double p50,
      double p99,
      SortedMap<Integer, Long> versions) {

    private double share() {
      return total == 0 ? 1 : (double) returned / total;
    }

    /** Of steady width: what is drawn over leaves nothing behind. */
    private String text() {
      String live =
          versions.values().stream().map(version -> "v" + version).collect(Collectors.joining(" "));
      return String.format(
          Locale.ROOT,
          "%3.0f %%  %,7d  %,6.0f/s  p50 %5.1f  p99 %6.1f ms  %s",
          100 * share(),
          returned,
          ratePerSecond,
          p50,
          p99,
          live);
    }

    /** The bar and the text, in a line of this width. */
    String line(int width) {
      String text = text();
      int room = Math.min(MAX_BAR, width - text.length() - 5);
      if (room < MIN_BAR) {
        return "  " + text;
      }
      int full = (int) Math.round(share() * room);
      return "  " + "\u2588".repeat(full) + "\u2591".repeat(room - full) + "  " + text;
    }
  }

  private final PrintStream out;
  private final @Nullable ProgressBar bar;
  private final long start = System.nanoTime();
  private long lastLine = start;
  private volatile Moment moment;

  /**
   * @param terminal whether {@code out} is one
   */
  Progress(PrintStream out, int total, boolean terminal) {
    this.out = out;
    this.moment = new Moment(0, total, 0, 0, 0, new TreeMap<>());
    this.bar =
        terminal
            ? new ProgressBarBuilder()
                .setInitialMax(total)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .continuousUpdate()
                .setRenderer((state, width) -> moment.line(width))
                .setConsumer(new ConsoleProgressBarConsumer(out))
                .build()
            : null;
  }

  void show(Moment now) {
    moment = now;
    if (bar != null) {
      bar.stepTo(now.returned());
    } else if (System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      out.printf(Locale.ROOT, "  %3.0f s  %s%n", (lastLine - start) / 1e9, now.text());
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
