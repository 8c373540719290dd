package io.millrace.jobs.demo;

import java.util.Locale;

/** The summary as a table for a terminal. */
final class SummaryText {
  private SummaryText() {}

  static String of(Summary it, Switchover switchover) {
    StringBuilder text = new StringBuilder();
    row(text, "in", count(it.in()), String.format(Locale.ROOT, "%,.0f/s", it.ratePerSecond()));
    row(text, "scored", count(it.out()), "");
    row(text, "dead-lettered", count(it.dead()), "");
    it.deadByReason().forEach((reason, number) -> row(text, "  " + reason, count(number), ""));
    row(text, "lost", count(it.lost()), "");
    row(text, "duplicated", count(it.duplicated()), "");
    row(text, "out of order", count(it.misordered()), "");
    text.append('\n');
    line(
        text, "%-18s %12s %10s %8s %10s %10s", "version", "records", "frauds", "AUC", "p50", "p99");
    for (Summary.Version version : it.versions().values()) {
      line(
          text,
          "%-18s %12s %10s %8.3f %10s %10s",
          "fraud/" + version.version(),
          count(version.records()),
          count(version.frauds()),
          version.roc().area(),
          millis(version.latency().p50()),
          millis(version.latency().p99()));
    }
    line(text, "%-18s %12s %10s %8.3f", "best possible", "", "", it.ceiling());
    text.append('\n');
    row(text, "latency", millis(it.latency().p50()), latency(it));
    row(
        text,
        "switch",
        millis(switchover.totalMillis()),
        "from publishing to scoring on every subtask");
    switchover.longestSteps().forEach((step, took) -> row(text, "  " + step, millis(took), ""));
    row(text, "visible after", millis(it.visible().p50()), "p50, at the next checkpoint");
    return text.toString();
  }

  private static String latency(Summary it) {
    return String.format(
        Locale.ROOT,
        "p50, %s p99; once warm, after %d s",
        millis(it.latency().p99()),
        it.warmUp().toSeconds());
  }

  private static void row(StringBuilder text, String name, String value, String note) {
    line(text, "%-18s %12s   %s", name, value, note);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append("  ")
        .append(String.format(Locale.ROOT, format, values).stripTrailing())
        .append('\n');
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f ms" : "%,.0f ms", value);
  }
}
