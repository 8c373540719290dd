package io.millrace.jobs.demo;

import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the second version took over.
 *
 * @param liveMillis by subtask: from publishing to scoring
 * @param stepMillis by subtask: how long the steps took, as the status topic says
 */
record Switchover(
    SortedMap<Integer, Double> liveMillis,
    SortedMap<Integer, SortedMap<String, Double>> stepMillis) {

  static Switchover of(List<StatusLog.Entry> entries, int version, long publishedAtMillis) {
    SortedMap<Integer, Double> live = new TreeMap<>();
    SortedMap<Integer, SortedMap<String, Double>> steps = new TreeMap<>();
    for (StatusLog.Entry it : entries) {
      if (it.version() == version && it.isLive()) {
        live.put(it.subtask(), (double) (it.epochMillis() - publishedAtMillis));
        steps.put(it.subtask(), it.millis());
      }
    }
    return new Switchover(live, steps);
  }

  /** From publishing to scoring on every subtask; NaN where it never did. */
  double totalMillis() {
    return liveMillis.values().stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }

  /** The longest that a subtask spent on a step; 0 where no event told. */
  double longest(String step) {
    return stepMillis.values().stream()
        .mapToDouble(it -> it.getOrDefault(step, 0.0))
        .max()
        .orElse(0);
  }

  /** In words. */
  String sentence() {
    if (liveMillis.isEmpty()) {
      return "The second version never took over.";
    }
    return String.format(
        Locale.ROOT,
        "Published, the second version scored on all %d subtasks %.0f ms later: fetched in %.0f ms,"
            + " loaded in %.0f ms, warmed up in %.0f ms, while the first went on scoring; the"
            + " switch itself took %.2f ms between two batches.",
        liveMillis.size(),
        totalMillis(),
        longest("fetch"),
        longest("load"),
        longest("warm-up"),
        longest("switch"));
  }
}
