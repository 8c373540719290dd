package io.millrace.jobs.whatif;

import io.millrace.jobs.whatif.Findings.Quantiles;
import io.millrace.jobs.whatif.Findings.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of the report, as its template names them. */
final class ReportTables {

  /** A cell of the table of decisions. */
  private record Cell(String kind, String count, String share, String name) {}

  private record Decisions(String base, List<Cell> cells) {}

  private record SliceRow(
      String label,
      String records,
      String changed,
      double width,
      String newly,
      String nomore,
      String baseYes,
      String otherYes,
      String mean,
      String absolute) {}

  private record SideRow(String side, String model, String digest, String records) {}

  private record Quantile(String name, String value) {}

  private record ShownRow(
      String base,
      String other,
      String difference,
      String kind,
      String decision,
      String key,
      String fields,
      String place) {}

  private final Findings found;
  private final Tally total;
  private final Figures figures;

  ReportTables(Findings found) {
    this.found = found;
    this.total = found.total();
    this.figures = new Figures(found.question().threshold());
  }

  Map<String, Object> values() {
    return Map.of(
        "decisions",
        decisions(),
        "quantiles",
        quantiles(found.spread()),
        "slices",
        found.slices().stream().map(it -> row(it.label(), it.tally())).toList(),
        "scorers",
        found.scorers().stream()
            .map(it -> row(it.base() + " \u2192 " + it.other(), it.tally()))
            .toList(),
        "sides",
        sides(),
        "largest",
        shown(true),
        "unpaired",
        shown(false));
  }

  private List<Decisions> decisions() {
    return List.of(
        new Decisions(
            "yes",
            List.of(cell("", true, true, "a yes still"), cell("nomore", true, false, "no more"))),
        new Decisions(
            "no",
            List.of(cell("newly", false, true, "newly"), cell("", false, false, "a no still"))));
  }

  private Cell cell(String kind, boolean base, boolean other, String name) {
    long count = total.decided(base, other);
    return new Cell(kind, Figures.count(count), Figures.share(count, total.pairs()), name);
  }

  private static List<Quantile> quantiles(@Nullable Quantiles spread) {
    return spread == null
        ? List.of()
        : List.of(
            new Quantile("least", Figures.signed(spread.min())),
            new Quantile("1%", Figures.signed(spread.p1())),
            new Quantile("5%", Figures.signed(spread.p5())),
            new Quantile("25%", Figures.signed(spread.p25())),
            new Quantile("median", Figures.signed(spread.p50())),
            new Quantile("75%", Figures.signed(spread.p75())),
            new Quantile("95%", Figures.signed(spread.p95())),
            new Quantile("99%", Figures.signed(spread.p99())),
            new Quantile("most", Figures.signed(spread.max())));
  }

  private SliceRow row(String label, Tally tally) {
    double most =
        found.slices().stream()
            .mapToDouble(it -> (double) it.tally().changed() / Math.max(1, it.tally().pairs()))
            .max()
            .orElse(1);
    double share = (double) tally.changed() / Math.max(1, tally.pairs());
    return new SliceRow(
        label,
        Figures.count(tally.pairs()),
        Figures.share(tally.changed(), tally.pairs()),
        most == 0 ? 0 : Math.min(100, 100 * share / most),
        Figures.count(tally.decided(false, true)),
        Figures.count(tally.decided(true, false)),
        Figures.share(tally.baseYes(), tally.pairs()),
        Figures.share(tally.otherYes(), tally.pairs()),
        Figures.signed(tally.mean()),
        Figures.number(tally.meanAbsolute()));
  }

  private List<SideRow> sides() {
    List<SideRow> rows = new ArrayList<>(rows("base", found.base()));
    rows.addAll(rows("other", found.other()));
    return rows;
  }

  private static List<SideRow> rows(String name, Side side) {
    return side.scorers().stream()
        .map(
            it ->
                new SideRow(
                    name,
                    it.scorer().toString(),
                    it.scorer().digest(),
                    Figures.count(it.records())))
        .toList();
  }

  private List<ShownRow> shown(boolean paired) {
    List<ShownRow> rows = new ArrayList<>();
    for (Shown shown : found.shown()) {
      Double base = shown.base();
      Double other = shown.other();
      boolean both = base != null && other != null;
      if (both == paired) {
        String kind = base == null || other == null ? "" : figures.kind(base, other);
        rows.add(
            new ShownRow(
                base == null ? "" : Figures.number(base),
                other == null ? "" : Figures.number(other),
                base == null || other == null ? "" : Figures.signed(other - base),
                kind,
                base == null || other == null ? "" : figures.decision(base, other),
                shown.key(),
                shown.fields(),
                shown.place()));
      }
    }
    return rows;
  }
}
