package io.millrace.jobs.bench;

import java.util.Locale;

/** A run as a terminal shows it. */
public final class BenchText {
  private static final String HEAD = "%6s %6s %6s %9s %18s %9s %9s %9s %11s %11s%n";
  private static final String ROW = "%6d %6d %6d %9d %12s +-%2.0f%% %9s %9s %9s %11s %11s%s%n";

  private BenchText() {}

  /** The table, the configuration to use, and why. */
  public static String of(BenchResult result) {
    StringBuilder text = new StringBuilder();
    text.append(
        line(
            HEAD, "", "intra", "inter", "", "", "CPU us", "p50 ms", "p99 ms", "of bare",
            "of bare"));
    text.append(
        line(
            HEAD,
            "batch",
            "-op",
            "-op",
            "subtasks",
            "records/s",
            "/record",
            "",
            "",
            "engine",
            "call"));
    for (CellResult cell : result.cells()) {
      text.append(row(cell, cell.equals(result.choice().picked())));
    }
    text.append(line("%nMedians; %s.%n", result.evenness()));
    for (String note : result.subject().notes()) {
      text.append(note).append(System.lineSeparator());
    }
    text.append(line("%nTo use:%n"));
    result.yaml().lines().forEach(it -> text.append("  ").append(it).append('\n'));
    text.append(line("%nWhy:%n"));
    result.choice().reasons().forEach(it -> text.append("- ").append(it).append('\n'));
    return text.toString();
  }

  private static String row(CellResult cell, boolean picked) {
    Threads threads = cell.cell().threads();
    return line(
        ROW,
        cell.cell().batchSize(),
        threads.intraOp(),
        threads.interOp(),
        threads.parallelism(),
        line("%,.0f", cell.perSecond().median()),
        100 * cell.perSecond().relative(),
        digits(cell.cpuMicros().median()),
        digits(cell.p50Micros().median() / 1e3),
        digits(cell.p99Micros().median() / 1e3),
        line("%.2f", cell.ofLoop().median()),
        line("%.2f", cell.ofCall().median()),
        picked ? "  <" : "");
  }

  /** Three digits that count, without an exponent. */
  static String digits(double value) {
    int decimals = value >= 100 || value <= 0 ? 0 : 2 - (int) Math.floor(Math.log10(value));
    return line("%,." + Math.min(decimals, 4) + "f", value);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
