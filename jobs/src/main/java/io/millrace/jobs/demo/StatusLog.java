package io.millrace.jobs.demo;

import io.millrace.model.ModelEvent;
import io.millrace.model.VersionState;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the status topic said, and which version scores on which subtask. Thread-safe. */
final class StatusLog {
  private final List<ModelEvent> events = new ArrayList<>();
  private final SortedMap<Integer, Long> liveVersions = new TreeMap<>();
  private int drained;

  synchronized void add(ModelEvent event) {
    events.add(event);
    if (isLive(event)) {
      liveVersions.put(event.subtask(), event.version());
    }
  }

  /** Whether the event's version scores on its subtask from then on. */
  static boolean isLive(ModelEvent event) {
    return event.active() && event.state() == VersionState.AVAILABLE;
  }

  synchronized List<ModelEvent> events() {
    return List.copyOf(events);
  }

  /** The version that scores, by subtask. */
  synchronized SortedMap<Integer, Long> liveVersions() {
    return new TreeMap<>(liveVersions);
  }

  /** Events that have not been drained before. */
  synchronized List<ModelEvent> drain() {
    List<ModelEvent> fresh = List.copyOf(events.subList(drained, events.size()));
    drained = events.size();
    return fresh;
  }
}
