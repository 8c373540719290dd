package io.millrace.jobs.demo;

import io.millrace.jobs.report.HtmlPage;
import io.millrace.jobs.report.Tile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The run as one HTML file. */
final class Report {
  private static final Map<Integer, String> MODELS =
      Map.of(
          1, "logistic regression on 4 fields, 10,000 samples",
          2, "network of 24 and 12 units on 10 fields, 60,000 samples");

  private record Reason(String reason, String count, double percent) {}

  private record VersionRow(
      int version,
      String model,
      String records,
      String frauds,
      String auc,
      String p50,
      String p99,
      String max) {}

  private final Summary summary;
  private final ReportData data;
  private final Switchover switchover;

  Report(Summary summary, ReportData data, Switchover switchover) {
    this.summary = summary;
    this.data = data;
    this.switchover = switchover;
  }

  /** Writes the file, and the folders above it where they are missing. */
  Path write(Path file, String lead, String footer) throws IOException {
    return HtmlPage.write(file, html(lead, footer));
  }

  String html(String lead, String footer) {
    List<String> faults = summary.faults();
    Map<String, Object> page = new HashMap<>();
    page.put("kicker", "Millrace demo");
    page.put("title", "Card fraud, scored by two versions of a model");
    page.put("lead", lead);
    page.put("footer", footer);
    page.put("verdict", faults.isEmpty() ? "Every record accounted for" : "Not as it should be");
    page.put("verdictClass", faults.isEmpty() ? "good" : "bad");
    page.put("faults", faults);
    page.put("tiles", tiles());
    page.put("reasons", reasons());
    page.put("versions", versionRows());
    page.put("firstAuc", auc(1));
    page.put("secondAuc", auc(2));
    page.put("ceiling", String.format(Locale.ROOT, "%.3f", summary.ceiling()));
    page.put("batchTimeout", JobConfiguration.BATCH_TIMEOUT);
    page.put("switchNote", switchNote());
    page.put("lastLine", summary.lastLine());
    return new HtmlPage(Report.class, page).html(data);
  }

  private List<Tile> tiles() {
    Summary it = summary;
    return List.of(
        new Tile(
            "Sent",
            count(it.in()),
            "",
            String.format(Locale.ROOT, "%,.0f a second", it.ratePerSecond()),
            ""),
        new Tile("Scored", count(it.out()), "", "by two versions", ""),
        new Tile("Dead letters", count(it.dead()), "", it.deadByReason().size() + " reasons", ""),
        new Tile("Lost", count(it.lost()), "", "of what was sent", good(it.lost() == 0)),
        new Tile(
            "Duplicated", count(it.duplicated()), "", "exactly-once", good(it.duplicated() == 0)),
        new Tile(
            "Latency, p50", millis(it.latency().p50()), "ms", "read to emission, when warm", ""),
        new Tile(
            "Latency, p99", millis(it.latency().p99()), "ms", "read to emission, when warm", ""),
        new Tile("AUC", auc(1) + " \u2192 " + auc(2), "", "before and after the switch", ""),
        new Tile(
            "Switch",
            String.format(Locale.ROOT, "%.0f", switchover.totalMillis()),
            "ms",
            "from publishing to scoring everywhere",
            ""),
        new Tile(
            "Visible after",
            String.format(Locale.ROOT, "%.2f", it.visible().p50() / 1e3),
            "s",
            "p50, at the next checkpoint",
            ""));
  }

  private String switchNote() {
    if (switchover.untilLive().isEmpty()) {
      return "The second version never took over.";
    }
    return String.format(
        Locale.ROOT,
        "%.0f ms after it was published the second version scored on all %d subtasks (%s). The"
            + " first went on scoring until then; the hand-over is between two batches.",
        switchover.totalMillis(),
        switchover.untilLive().size(),
        switchover.longestSteps().entrySet().stream()
            .map(it -> it.getKey() + " " + millis(it.getValue()) + " ms")
            .collect(Collectors.joining(", ")));
  }

  private List<Reason> reasons() {
    long most = summary.deadByReason().values().stream().mapToLong(Long::longValue).max().orElse(1);
    List<Reason> reasons = new ArrayList<>();
    summary
        .deadByReason()
        .forEach((name, n) -> reasons.add(new Reason(name, count(n), 100.0 * n / most)));
    return reasons;
  }

  private List<VersionRow> versionRows() {
    List<VersionRow> rows = new ArrayList<>();
    for (Summary.Version it : summary.versions().values()) {
      rows.add(
          new VersionRow(
              it.version(),
              MODELS.getOrDefault(it.version(), ""),
              count(it.records()),
              count(it.frauds()),
              auc(it.version()),
              millis(it.latency().p50()) + " ms",
              millis(it.latency().p99()) + " ms",
              millis(it.latency().max()) + " ms"));
    }
    return rows;
  }

  private String auc(int version) {
    Summary.Version it = summary.versions().get(version);
    return it == null ? "-" : String.format(Locale.ROOT, "%.3f", it.roc().area());
  }

  private static String good(boolean good) {
    return good ? "good" : "bad";
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%,.0f", value);
  }
}
