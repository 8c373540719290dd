package io.millrace.jobs.whatif;

import io.millrace.jobs.report.HtmlPage;
import io.millrace.jobs.report.Tile;
import io.millrace.jobs.whatif.Findings.Joined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The findings as one HTML file. */
final class WhatIfReport {
  private final Findings found;
  private final Tally total;
  private final Figures figures;

  private WhatIfReport(Findings found) {
    this.found = found;
    this.total = found.total();
    this.figures = new Figures(found.question().threshold());
  }

  static String html(Findings found) {
    return new WhatIfReport(found).html();
  }

  private String html() {
    Map<String, Object> page = new HashMap<>(head());
    page.putAll(new ReportTables(found).values());
    page.put("tiles", tiles());
    page.put("threshold", figures.threshold());
    page.put("any", total.pairs() > 0);
    page.put("beyond", beyond(found.plots()));
    page.put("sliceBy", String.valueOf(found.question().sliceBy()));
    page.put("sliced", !found.slices().isEmpty());
    page.put("anyUnpaired", found.joined().onlyBase() + found.joined().onlyOther() > 0);
    page.put("footer", footer());
    return new HtmlPage(WhatIfReport.class, page)
        .html(found.plots() == null ? Map.of() : found.plots());
  }

  private Map<String, Object> head() {
    Joined joined = found.joined();
    boolean whole =
        total.pairs() > 0 && joined.onlyBase() + joined.onlyOther() + joined.notFinite() == 0;
    return Map.of(
        "kicker",
        "Millrace what if",
        "title",
        title(),
        "lead",
        "%s in the place of %s, over the %s records that both have. A decision is a yes where %s is %s or more."
            .formatted(
                Figures.scorers(found.other()),
                Figures.scorers(found.base()),
                Figures.count(total.pairs()),
                found.question().value().equals(OutputValue.ONLY)
                    ? "the one number of the output"
                    : found.question().value(),
                figures.threshold()),
        "verdict",
        whole ? "Every record on both sides" : "Not every record compared",
        "verdictClass",
        whole ? "good" : "bad",
        "faults",
        faults(joined));
  }

  private String title() {
    if (total.pairs() == 0) {
      return "No record has a number in both";
    }
    return total.changed() == 0
        ? "No decision changes"
        : Figures.share(total.changed(), total.pairs()) + " of the decisions change";
  }

  private static List<String> faults(Joined joined) {
    List<String> faults = new ArrayList<>();
    if (joined.onlyBase() + joined.onlyOther() > 0) {
      faults.add(
          "%s records are only in the base, %s only in the other output: what both have is compared."
              .formatted(Figures.count(joined.onlyBase()), Figures.count(joined.onlyOther())));
    }
    if (joined.notFinite() > 0) {
      faults.add(
          "%s records have NaN or an infinity on a side: they count nowhere below."
              .formatted(Figures.count(joined.notFinite())));
    }
    return faults;
  }

  private List<Tile> tiles() {
    long pairs = total.pairs();
    Joined joined = found.joined();
    long alone = joined.onlyBase() + joined.onlyOther();
    return List.of(
        new Tile("Records compared", Figures.count(pairs), "", "in both outputs", ""),
        new Tile(
            "Decisions changed",
            Figures.count(total.changed()),
            "",
            Figures.share(total.changed(), pairs) + " of them",
            ""),
        new Tile("Newly a yes", Figures.count(total.decided(false, true)), "", "no before", ""),
        new Tile("A yes no more", Figures.count(total.decided(true, false)), "", "yes before", ""),
        new Tile(
            "A yes",
            Figures.share(total.otherYes(), pairs),
            "",
            Figures.share(total.baseYes(), pairs) + " before",
            ""),
        new Tile("Mean difference", Figures.signed(total.mean()), "", "other less base", ""),
        new Tile(
            "Mean size of it", Figures.number(total.meanAbsolute()), "", "whatever its sign", ""),
        new Tile("Largest", Figures.number(total.largest()), "", "whatever its sign", ""),
        new Tile(
            "The same number", Figures.share(total.identical(), pairs), "", "to the last bit", ""),
        new Tile(
            "On one side only",
            Figures.count(alone),
            "",
            "of all records",
            alone == 0 ? "good" : "bad"));
  }

  private static String beyond(@Nullable PlotData plots) {
    if (plots == null || plots.differences().below() + plots.differences().above() == 0) {
      return "";
    }
    return "%s lie further to the left, %s further to the right."
        .formatted(
            Figures.count(plots.differences().below()), Figures.count(plots.differences().above()));
  }

  private String footer() {
    List<String> join = found.question().join();
    Joined joined = found.joined();
    return "Base: %s (%s records). Other: %s (%s records). Joined by %s%s."
        .formatted(
            found.base().location(),
            Figures.count(found.base().records()),
            found.other().location(),
            Figures.count(found.other().records()),
            join.isEmpty() ? "the key and all fields" : String.join(", ", join),
            joined.repeated() == 0
                ? ""
                : "; %s records share that with others of their side and were paired in the order of reading"
                    .formatted(Figures.count(joined.repeated())));
  }
}
