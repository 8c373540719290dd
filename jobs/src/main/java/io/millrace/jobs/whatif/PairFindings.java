package io.millrace.jobs.whatif;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what the join finds. Not thread-safe. */
final class PairFindings implements RowJoin.Visitor {
  /** Examples of records that one side alone has. */
  private static final int UNPAIRED = 5;

  private final Question question;
  private final NumberPairs numbers;
  private final @Nullable SliceRanges ranges;
  private final Map<Long, Tally> slices = new HashMap<>();
  private final Map<Long, Tally> scorers = new HashMap<>();
  private final Tally total;
  private final FloatQuantiles differences = new FloatQuantiles();
  private final LargestDifferences largest = new LargestDifferences();
  private final List<Row> onlyBase = new ArrayList<>();
  private final List<Row> onlyOther = new ArrayList<>();
  private long onlyBaseCount;
  private long onlyOtherCount;
  private long notFinite;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;

  /**
   * @param numbers that are written
   * @param ranges that numbers make slices by, null where each value does
   */
  PairFindings(Question question, NumberPairs numbers, @Nullable SliceRanges ranges) {
    this.question = question;
    this.numbers = numbers;
    this.ranges = ranges;
    this.total = new Tally(question);
  }

  @Override
  public void pair(Row base, Row other) throws IOException {
    if (!Double.isFinite(base.value()) || !Double.isFinite(other.value())) {
      notFinite++;
      return;
    }
    numbers.add(base.value(), other.value());
    least = Math.min(least, Math.min(base.value(), other.value()));
    most = Math.max(most, Math.max(base.value(), other.value()));
    differences.count(other.value() - base.value());
    largest.add(base, other);
    total.add(base.value(), other.value());
    if (question.sliceBy() != null) {
      add(slices, group(base.slice()), base, other);
    }
    add(scorers, (long) base.scorer() << Integer.SIZE | other.scorer(), base, other);
  }

  // Ranges are numbered; what is no number among them keeps its code, which is no such number.
  private long group(long code) {
    return ranges != null && SliceValues.isNumber(code)
        ? ranges.range(Double.longBitsToDouble(code))
        : code;
  }

  private void add(Map<Long, Tally> tallies, long group, Row base, Row other) {
    tallies.computeIfAbsent(group, it -> new Tally(question)).add(base.value(), other.value());
  }

  @Override
  public void onlyBase(Row row) {
    onlyBaseCount++;
    keep(onlyBase, row);
  }

  @Override
  public void onlyOther(Row row) {
    onlyOtherCount++;
    keep(onlyOther, row);
  }

  // The first ones as they were read, whatever partition they are in.
  private static void keep(List<Row> rows, Row row) {
    rows.add(row);
    if (rows.size() > UNPAIRED) {
      rows.remove(rows.stream().max(Comparator.comparingLong(Row::ordinal)).orElseThrow());
    }
  }

  Tally total() {
    return total;
  }

  Findings.Joined joined(long repeated) {
    return new Findings.Joined(repeated, notFinite, onlyBaseCount, onlyOtherCount);
  }

  List<LargestDifferences.Pair> largest() {
    return largest.sorted();
  }

  List<Row> onlyBase() {
    return sorted(onlyBase);
  }

  List<Row> onlyOther() {
    return sorted(onlyOther);
  }

  private static List<Row> sorted(List<Row> rows) {
    return rows.stream().sorted(Comparator.comparingLong(Row::ordinal)).toList();
  }

  FloatQuantiles differences() {
    return differences;
  }

  /** The axis that all numbers lie on. */
  Axis axis() {
    return Axis.of(least, most);
  }

  List<Findings.ScorerPair> scorers(Side base, Side other) {
    return scorers.entrySet().stream()
        .map(
            it ->
                new Findings.ScorerPair(
                    base.scorers().get((int) (it.getKey() >> Integer.SIZE)).scorer(),
                    other.scorers().get(it.getKey().intValue()).scorer(),
                    it.getValue()))
        .sorted(Comparator.comparingLong(it -> -it.tally().pairs()))
        .toList();
  }

  List<Findings.Slice> slices(SliceValues values) {
    List<Map.Entry<Long, Tally>> groups = new ArrayList<>(slices.entrySet());
    groups.sort(
        Comparator.<Map.Entry<Long, Tally>>comparingLong(it -> -it.getValue().pairs())
            .thenComparing(Map.Entry::getKey));
    int lines = Math.min(groups.size(), question.slices());
    List<Map.Entry<Long, Tally>> shown = new ArrayList<>(groups.subList(0, lines));
    if (ranges != null) {
      shown.sort(Map.Entry.comparingByKey(Long::compareUnsigned));
    }
    List<Findings.Slice> found = new ArrayList<>();
    shown.forEach(it -> found.add(new Findings.Slice(label(it.getKey(), values), it.getValue())));
    if (lines < groups.size()) {
      Tally rest = new Tally(question);
      groups.subList(lines, groups.size()).forEach(it -> rest.add(it.getValue()));
      found.add(new Findings.Slice("other (%,d values)".formatted(groups.size() - lines), rest));
    }
    return found;
  }

  private String label(long group, SliceValues values) {
    return ranges != null && group >= 0 && group < ranges.count()
        ? ranges.label((int) group)
        : values.label(group);
  }
}
