package io.millrace.jobs.cli;

import io.millrace.jobs.ReplayProgress.Moment;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How a replay is going: on a terminal a line that stays in its place, elsewhere one every ten
 * seconds. For one thread.
 */
final class ProgressLine {
  private static final long LINE_EVERY_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int BAR = 10;

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private record Reading(long nanoTime, Moment moment) {}

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final Deque<Reading> window = new ArrayDeque<>();
  private final long start;
  private long lastLine;
  private boolean drawn;

  /** When the first record was read: models are loaded before. */
  private long firstRead = -1;

  /**
   * @param terminal whether {@code out} ends at one
   * @param nanoTime as {@link System#nanoTime}
   */
  ProgressLine(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.lastLine = start;
  }

  /** To be called now and then. */
  void show(Moment moment) {
    long now = nanoTime.getAsLong();
    if (moment.bytes() == 0) {
      return;
    }
    firstRead = firstRead < 0 ? now : firstRead;
    window.addLast(new Reading(now, moment));
    while (now - window.getFirst().nanoTime() > WINDOW_NANOS) {
      window.removeFirst();
    }
    if (terminal) {
      draw(moment, text(moment, rate(), left(moment, now)));
    } else if (now - lastLine >= LINE_EVERY_NANOS) {
      lastLine = now;
      out.printf(
          Locale.ROOT, "  %3d s  %s%n", seconds(now), text(moment, rate(), left(moment, now)));
      out.flush();
    }
  }

  /** The last line of a run that read all that there is. */
  void end(Moment moment) {
    long now = nanoTime.getAsLong();
    double seconds = Math.max(1e-9, (now - start) / 1e9);
    String text = text(moment, moment.records() / seconds, "in " + time(now - start));
    if (terminal) {
      draw(moment, text);
      out.println();
    } else {
      out.printf(Locale.ROOT, "  %3d s  %s%n", seconds(now), text);
    }
    out.flush();
  }

  /** Leaves the line to what is told of a run that failed. */
  void abandon() {
    if (drawn) {
      out.println();
      out.flush();
    }
  }

  private long seconds(long now) {
    return Duration.ofNanos(now - start).toSeconds();
  }

  // Of the last seconds.
  private double rate() {
    Reading first = window.getFirst();
    Reading last = window.getLast();
    long nanos = last.nanoTime() - first.nanoTime();
    return nanos == 0 ? 0 : (last.moment().records() - first.moment().records()) * 1e9 / nanos;
  }

  // As the whole way went: of the last seconds it would jump about.
  private String left(Moment moment, long now) {
    long nanos = now - firstRead;
    long bytes = moment.totalBytes() - moment.bytes();
    return nanos == 0 || moment.totalBytes() == 0
        ? ""
        : time((long) ((double) bytes / moment.bytes() * nanos)) + " left";
  }

  private void draw(Moment moment, String text) {
    int full = (int) percent(moment) * BAR / 100;
    // One write, so that what a log says cannot cut it.
    out.print("\r\033[2K" + "\u2588".repeat(full) + "\u2591".repeat(BAR - full) + " " + text);
    out.flush();
    drawn = true;
  }

  // Rounded down: all of it is read when all of it is.
  private static long percent(Moment moment) {
    return moment.totalBytes() == 0 ? 100 : 100 * moment.bytes() / moment.totalBytes();
  }

  private static String text(Moment moment, double ratePerSecond, String time) {
    return String.format(
            Locale.ROOT,
            "%3d %%  %,d records  %,.0f/s  %s  %s",
            percent(moment),
            moment.records(),
            ratePerSecond,
            bytes(moment),
            time)
        .stripTrailing();
  }

  private static String bytes(Moment moment) {
    int unit = 0;
    double divisor = 1;
    while (unit < UNITS.length - 1 && moment.totalBytes() >= 1000 * divisor) {
      divisor *= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT,
        unit == 0 ? "%.0f/%.0f %s" : "%.1f/%.1f %s",
        moment.bytes() / divisor,
        moment.totalBytes() / divisor,
        UNITS[unit]);
  }

  private static String time(long nanos) {
    Duration time = Duration.ofNanos(nanos).plusMillis(500);
    if (time.toHours() > 0) {
      return time.toHours() + " h " + time.toMinutesPart() + " min";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
        : time.toSeconds() + " s";
  }
}
