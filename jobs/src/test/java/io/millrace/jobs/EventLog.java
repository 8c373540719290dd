package io.millrace.jobs;

import io.millrace.connectors.control.ModelEventJson;
import io.millrace.model.ModelEvent;
import io.millrace.model.VersionState;
import io.millrace.testing.check.CommittedFollower;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The status topic as it grows. */
final class EventLog implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final List<ModelEvent> events = new ArrayList<>();
  private final CommittedFollower follower;

  EventLog(ScoringTopics topics) {
    follower =
        CommittedFollower.start(
            topics.broker.bootstrapServers(),
            List.of(topics.topic("events")),
            record -> add(ModelEventJson.decode(record.value())));
  }

  private void add(ModelEvent event) {
    synchronized (events) {
      events.add(event);
      events.notifyAll();
    }
  }

  /** How many events there were by now: where {@link #await} goes on from. */
  int position() {
    synchronized (events) {
      return events.size();
    }
  }

  /** Returns as soon as there is such an event at or behind the position. */
  ModelEvent await(int position, String what, Predicate<ModelEvent> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    synchronized (events) {
      int next = position;
      while (true) {
        for (; next < events.size(); next++) {
          if (wanted.test(events.get(next))) {
            return events.get(next);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          follower.count();
          throw new AssertionError("no event that " + what + "; the last: " + tail(events.size()));
        }
        events.wait(left);
      }
    }
  }

  /** Waits until a version scores on so many subtasks, by events at or behind the position. */
  ModelEvent awaitActive(int position, long version, int subtasks) throws Exception {
    Set<Integer> active = new HashSet<>();
    return await(
        position,
        "version " + version + " is active on " + subtasks + " subtasks",
        event ->
            isActive(event, version) && active.add(event.subtask()) && active.size() == subtasks);
  }

  ModelEvent awaitLoading(int position, long version) throws Exception {
    return await(
        position,
        "version " + version + " is loading",
        event -> event.version() == version && event.state() == VersionState.LOADING);
  }

  static boolean isActive(ModelEvent event, long version) {
    return event.active() && event.reason() == null && event.version() == version;
  }

  /** Subtasks that are loading the version by events at or behind the position, and not done. */
  Set<Integer> loading(int position, long version) {
    Set<Integer> loading = new TreeSet<>();
    synchronized (events) {
      for (ModelEvent event : events.subList(position, events.size())) {
        if (event.version() == version && event.state() == VersionState.LOADING) {
          loading.add(event.subtask());
        } else if (event.version() == version && event.state() != VersionState.START) {
          loading.remove(event.subtask());
        }
      }
    }
    return loading;
  }

  /** Events of the version at or behind the position, up to a time. */
  List<ModelEvent> of(int position, long version, Instant until) {
    synchronized (events) {
      return events.subList(position, events.size()).stream()
          .filter(event -> event.version() == version && !event.time().isAfter(until))
          .toList();
    }
  }

  private List<ModelEvent> tail(int size) {
    return List.copyOf(events.subList(Math.max(0, size - 8), size));
  }

  @Override
  public void close() throws InterruptedException {
    follower.close();
  }
}
