package io.millrace.jobs.demo;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How a version took over, as the status topic tells it.
 *
 * @param untilLive by subtask: from publishing to scoring
 * @param steps by subtask: how long each step took
 */
record Switchover(SortedMap<Integer, Duration> untilLive, List<LoadTimes> steps) {

  static Switchover of(List<ModelEvent> events, long version, Instant publishedAt) {
    SortedMap<Integer, Duration> untilLive = new TreeMap<>();
    SortedMap<Integer, LoadTimes> steps = new TreeMap<>();
    for (ModelEvent event : events) {
      if (event.version() == version && StatusLog.isLive(event)) {
        untilLive.putIfAbsent(event.subtask(), Duration.between(publishedAt, event.time()));
        steps.putIfAbsent(event.subtask(), event.times());
      }
    }
    return new Switchover(untilLive, List.copyOf(steps.values()));
  }

  /** From publishing to scoring on every subtask, in milliseconds; NaN where it never did. */
  double totalMillis() {
    return untilLive.values().stream().mapToDouble(Switchover::millis).max().orElse(Double.NaN);
  }

  /** The steps in order, each with the longest that a subtask spent on it, in milliseconds. */
  Map<String, Double> longestSteps() {
    Map<String, Double> longest = new LinkedHashMap<>();
    longest.put("fetch", longest(LoadTimes::fetch));
    longest.put("load", longest(LoadTimes::load));
    longest.put("warm-up", longest(LoadTimes::warmUp));
    longest.put("hand-over", longest(LoadTimes::switchOver));
    return longest;
  }

  private double longest(Function<LoadTimes, Duration> step) {
    return steps.stream().mapToDouble(it -> millis(step.apply(it))).max().orElse(0);
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
