package io.millrace.jobs.demo;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
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

  /** The steps in words, each with the longest that a subtask spent on it. */
  String stepsText() {
    return String.format(
        Locale.ROOT,
        "fetch %.0f ms, load %.0f ms, warm-up %.0f ms, switch %.2f ms",
        longest(LoadTimes::fetch),
        longest(LoadTimes::load),
        longest(LoadTimes::warmUp),
        longest(LoadTimes::switchOver));
  }

  private double longest(Function<LoadTimes, Duration> step) {
    return steps.stream().mapToDouble(it -> millis(step.apply(it))).max().orElse(0);
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
