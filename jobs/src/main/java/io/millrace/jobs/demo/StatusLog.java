package io.millrace.jobs.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What the status topic said, and which version scores on which subtask. Thread-safe. */
final class StatusLog {

  /**
   * A state that a version reached on a subtask.
   *
   * @param reason why it was rejected, empty where it was not
   */
  record Entry(
      long epochMillis,
      int subtask,
      int version,
      String state,
      boolean active,
      String reason,
      String message,
      SortedMap<String, Double> millis) {

    /** Whether the version scores on the subtask from now on. */
    boolean isLive() {
      return active && state.equals("AVAILABLE");
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final SortedMap<Integer, Integer> liveVersions = new TreeMap<>();
  private final BlockingQueue<Entry> fresh = new LinkedBlockingQueue<>();

  synchronized void add(Entry entry) {
    entries.add(entry);
    fresh.add(entry);
    if (entry.isLive()) {
      liveVersions.put(entry.subtask(), entry.version());
    }
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The version that scores, by subtask. */
  synchronized SortedMap<Integer, Integer> liveVersions() {
    return new TreeMap<>(liveVersions);
  }

  /** Entries that have not been drained before. */
  List<Entry> drain() {
    List<Entry> drained = new ArrayList<>();
    fresh.drainTo(drained);
    return drained;
  }
}
