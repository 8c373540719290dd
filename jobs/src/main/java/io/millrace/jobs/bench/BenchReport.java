package io.millrace.jobs.bench;

import io.millrace.jobs.report.HtmlPage;
import io.millrace.jobs.report.Tile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as one HTML file with plots. */
public final class BenchReport {
  /** A line of the table. */
  private record Row(
      String kind,
      int batch,
      String threads,
      String perSecond,
      String spread,
      String cpu,
      String p50,
      String p99,
      String ofLoop,
      String ofCall) {}

  /** What the script plots: a line for each thread setting, the cells of all. */
  private record Plotted(List<String> settings, List<Point> points) {}

  private record Point(
      String setting,
      int batch,
      boolean picked,
      Spread perSecond,
      Spread loop,
      Spread cpu,
      Spread p50,
      Spread p99,
      Spread ofLoop) {}

  private final BenchResult result;

  private BenchReport(BenchResult result) {
    this.result = result;
  }

  /** Writes the file, and the folders above it where they are missing. */
  public static Path write(BenchResult result, Path file) throws IOException {
    return HtmlPage.write(file, html(result));
  }

  static String html(BenchResult result) {
    return new BenchReport(result).html();
  }

  private String html() {
    Map<String, Object> page = new HashMap<>(head());
    page.put("tiles", tiles(result.choice().picked()));
    page.put("yaml", result.yaml());
    page.put("reasons", result.choice().reasons().stream().map(BenchReport::typeset).toList());
    page.put("notes", result.subject().notes());
    page.put("rows", rows());
    page.put("footer", typeset(result.subject().machine() + "; " + result.evenness() + "."));
    page.put("digest", result.subject().digest());
    return new HtmlPage(BenchReport.class, page).html(plotted());
  }

  private Map<String, Object> head() {
    CellResult picked = result.choice().picked();
    String evenness = typeset(result.evenness());
    return Map.of(
        "kicker",
        "Millrace bench",
        "title",
        text(
            "%,.0f records a second in batches of %d",
            picked.perSecond().median(), picked.cell().batchSize()),
        "lead",
        text(
            "%s, signature %s. Records: %s. %d settings took turns of %d ms in %d rounds, through"
                + " the operator and on the bare engine; figures are medians over the rounds.",
            result.subject().location(),
            result.subject().signature(),
            result.subject().records(),
            result.cells().size(),
            result.turnMillis(),
            result.rounds()),
        "verdict",
        typeset(
            text("%s: +-%.0f%%", result.isEven() ? "Even" : "Uneven", 100 * result.unevenness())),
        "verdictClass",
        result.isEven() ? "good" : "bad",
        "faults",
        result.isEven()
            ? List.of()
            : List.of(evenness.substring(0, 1).toUpperCase(Locale.ROOT) + evenness.substring(1)));
  }

  private static String typeset(String plain) {
    return plain.replace("+-", "\u00b1");
  }

  private List<Tile> tiles(CellResult picked) {
    Threads threads = picked.cell().threads();
    return List.of(
        new Tile(
            "Records a second",
            text("%,.0f", picked.perSecond().median()),
            "",
            text(
                "%,.0f to %,.0f over the rounds",
                picked.perSecond().min(), picked.perSecond().max()),
            ""),
        new Tile(
            "Threads",
            Integer.toString(threads.parallelism()),
            threads.parallelism() == 1 ? "subtask" : "subtasks",
            text("intra-op %d, inter-op %d", threads.intraOp(), threads.interOp()),
            ""),
        new Tile(
            "CPU",
            BenchText.digits(picked.cpuMicros().median()),
            "\u00b5s",
            "of the process, for a record",
            ""),
        new Tile(
            "Latency, p99",
            BenchText.digits(picked.p99Micros().median() / 1e3),
            "ms",
            "in the operator, at full load",
            ""),
        new Tile(
            "Of the bare engine",
            text("%.0f", 100 * picked.ofLoop().median()),
            "%",
            text("%.0f%% of the call alone", 100 * picked.ofCall().median()),
            ""));
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (CellResult it : result.cells()) {
      rows.add(
          new Row(
              it.equals(result.choice().picked()) ? "picked" : "",
              it.cell().batchSize(),
              it.cell().threads().label(),
              text("%,.0f", it.perSecond().median()),
              text("\u00b1%.0f%%", 100 * it.perSecond().relative()),
              BenchText.digits(it.cpuMicros().median()),
              BenchText.digits(it.p50Micros().median() / 1e3),
              BenchText.digits(it.p99Micros().median() / 1e3),
              text("%.0f%%", 100 * it.ofLoop().median()),
              text("%.0f%%", 100 * it.ofCall().median())));
    }
    return rows;
  }

  private Plotted plotted() {
    List<Point> points = new ArrayList<>();
    for (CellResult it : result.cells()) {
      points.add(
          new Point(
              it.cell().threads().label(),
              it.cell().batchSize(),
              it.equals(result.choice().picked()),
              it.perSecond(),
              it.loopPerSecond(),
              it.cpuMicros(),
              it.p50Micros(),
              it.p99Micros(),
              it.ofLoop()));
    }
    return new Plotted(points.stream().map(Point::setting).distinct().toList(), points);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
