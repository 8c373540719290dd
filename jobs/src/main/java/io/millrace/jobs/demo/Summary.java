package io.millrace.jobs.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * The account of a run: every record that was sent, found again in the output or among the dead
 * letters.
 *
 * @param duplicated appearances beyond the first
 * @param strangers records that nobody sent
 * @param misordered records that overtook another of their partition
 * @param misjudged sound records that were rejected, defective ones that were scored or rejected
 *     for another reason
 * @param warmUp how long records flowed before their latency counted
 * @param ceiling the AUC of the hidden pattern itself: no model can do better on these labels
 * @param latency from the source's read to the operator's emission
 * @param visible from a record's making to a read-committed reader
 */
record Summary(
    long in,
    long out,
    long dead,
    long lost,
    long duplicated,
    long strangers,
    long misordered,
    long misjudged,
    SortedMap<String, Long> deadByReason,
    SortedMap<Integer, Version> versions,
    Duration warmUp,
    double ceiling,
    double ratePerSecond,
    Percentiles latency,
    Percentiles visible) {

  private static final List<Integer> PUBLISHED = List.of(1, 2);

  /** What one version did. */
  record Version(int version, long records, long frauds, RocCurve roc, Percentiles latency) {}

  /** In milliseconds. */
  record Percentiles(double p50, double p99, double max) {
    static Percentiles ofMicros(Histogram histogram) {
      return new Percentiles(
          histogram.getValueAtPercentile(50) / 1e3,
          histogram.getValueAtPercentile(99) / 1e3,
          histogram.getMaxValue() / 1e3);
    }
  }

  static Summary of(Ledger ledger, Duration warmUp) {
    long out = 0;
    long dead = 0;
    long lost = 0;
    long duplicated = 0;
    long misjudged = 0;
    SortedMap<String, Long> deadByReason = new TreeMap<>();
    Histogram latency = new Histogram(3);
    Histogram visible = new Histogram(3);
    long last = 0;
    for (int id = 0; id < ledger.sent(); id++) {
      last = Math.max(last, ledger.sentMillis(id));
      int times = ledger.timesScored(id) + ledger.timesRejected(id);
      lost += times == 0 ? 1 : 0;
      duplicated += Math.max(0, times - 1);
      misjudged += times > 0 && isMisjudged(ledger, id) ? 1 : 0;
      if (ledger.timesScored(id) > 0) {
        out++;
        if (ledger.isWarm(id, warmUp)) {
          latency.recordValue(ledger.latencyMicros(id));
        }
        visible.recordValue(Math.max(0, ledger.visibleMillis(id)) * 1000L);
      } else if (ledger.timesRejected(id) > 0) {
        dead++;
        deadByReason.merge(String.valueOf(ledger.reason(id)), 1L, Long::sum);
      }
    }
    double seconds = ledger.sent() == 0 ? 1 : Math.max(1, last - ledger.sentMillis(0)) / 1e3;
    return new Summary(
        ledger.sent(),
        out,
        dead,
        lost,
        duplicated,
        ledger.strangers(),
        ledger.misorderedCount(),
        misjudged,
        deadByReason,
        versions(ledger, warmUp),
        warmUp,
        ceiling(ledger),
        (out + dead) / seconds,
        Percentiles.ofMicros(latency),
        Percentiles.ofMicros(visible));
  }

  private static boolean isMisjudged(Ledger ledger, int id) {
    Defect defect = ledger.defect(id);
    return defect == null
        ? ledger.timesRejected(id) > 0
        : ledger.timesScored(id) > 0 || !defect.reason().name().equals(ledger.reason(id));
  }

  private static SortedMap<Integer, Version> versions(Ledger ledger, Duration warmUp) {
    SortedMap<Integer, List<Integer>> ids = new TreeMap<>();
    for (int id = 0; id < ledger.sent(); id++) {
      if (ledger.timesScored(id) > 0) {
        ids.computeIfAbsent(ledger.version(id), ignored -> new ArrayList<>()).add(id);
      }
    }
    SortedMap<Integer, Version> versions = new TreeMap<>();
    ids.forEach((version, its) -> versions.put(version, version(ledger, version, its, warmUp)));
    return versions;
  }

  private static Version version(Ledger ledger, int version, List<Integer> ids, Duration warmUp) {
    float[] scores = new float[ids.size()];
    boolean[] labels = new boolean[ids.size()];
    Histogram latency = new Histogram(3);
    long frauds = 0;
    for (int i = 0; i < scores.length; i++) {
      int id = ids.get(i);
      scores[i] = ledger.score(id);
      labels[i] = ledger.fraud(id);
      frauds += labels[i] ? 1 : 0;
      if (ledger.isWarm(id, warmUp)) {
        latency.recordValue(ledger.latencyMicros(id));
      }
    }
    RocCurve roc = RocCurve.of(scores, labels);
    return new Version(version, scores.length, frauds, roc, Percentiles.ofMicros(latency));
  }

  private static double ceiling(Ledger ledger) {
    float[] risks = new float[ledger.sent()];
    boolean[] labels = new boolean[ledger.sent()];
    for (int id = 0; id < risks.length; id++) {
      risks[id] = ledger.risk(id);
      labels[id] = ledger.fraud(id);
    }
    return RocCurve.of(risks, labels).area();
  }

  /** What speaks against exit code 0; empty where nothing does. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    addFault(faults, lost, "lost");
    addFault(faults, duplicated, "duplicated");
    addFault(faults, strangers, "in the output that nobody sent");
    addFault(faults, misordered, "out of order within their partition");
    addFault(faults, misjudged, "scored or rejected against what was sent");
    for (int version : PUBLISHED) {
      if (!versions.containsKey(version)) {
        faults.add("version " + version + " scored nothing");
      }
    }
    for (Version version : versions.values()) {
      if (!PUBLISHED.contains(version.version())) {
        faults.add("version " + version.version() + " scored, which nobody published");
      }
    }
    return faults;
  }

  private static void addFault(List<String> faults, long count, String what) {
    if (count > 0) {
      faults.add(String.format(Locale.ROOT, "%,d records %s", count, what));
    }
  }

  /** The line that scripts read. */
  String lastLine() {
    String counts =
        versions.values().stream()
            .map(it -> it.version() + ":" + it.records())
            .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "in=%d out=%d dead=%d lost=%d duplicated=%d versions=%s rate=%.0f/s p50=%.1fms p99=%.1fms",
        in,
        out,
        dead,
        lost,
        duplicated,
        counts,
        ratePerSecond,
        latency.p50(),
        latency.p99());
  }
}
