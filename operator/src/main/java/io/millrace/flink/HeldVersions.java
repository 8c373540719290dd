package io.millrace.flink;

import io.millrace.model.LoadTimes;
import io.millrace.model.VersionState;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/**
 * The versions that a subtask has loaded and not yet closed; owns them. Belongs to the task thread.
 */
final class HeldVersions {
  private final LoaderThread thread;
  private final EventReporter events;
  private final Map<Long, ServedModel> ready = new HashMap<>();

  /** Those too whose last batch is not back. */
  private final Set<ServedModel> held = new LinkedHashSet<>();

  private boolean finished;

  HeldVersions(LoaderThread thread, EventReporter events) {
    this.thread = thread;
    this.events = events;
  }

  boolean has(long version) {
    return ready.containsKey(version);
  }

  @Nullable ServedModel get(long version) {
    return ready.get(version);
  }

  void add(ServedModel served) {
    ready.put(served.version().version(), served);
    held.add(served);
  }

  /**
   * Lets go of a version, if it is there. Closing frees native memory, which takes a while for a
   * large model: not on the task thread, but before the next load, for which there may be room only
   * then.
   */
  void letGo(long version) {
    ServedModel old = ready.remove(version);
    if (old == null) {
      return;
    }
    events.state(old, VersionState.UNLOADING, false, LoadTimes.NONE);
    old.retire(
        () -> {
          held.remove(old);
          thread.run(old::close, () -> unloaded(old));
        });
  }

  private void unloaded(ServedModel old) {
    if (!finished) {
      events.state(old, VersionState.END, false, LoadTimes.NONE);
    }
  }

  /** Ends the reports. */
  void finish() {
    finished = true;
  }

  /** Gives every version back. No batch may be inside a run. */
  void release() {
    RuntimeException failure = null;
    for (ServedModel served : held) {
      try {
        served.close();
      } catch (RuntimeException e) {
        failure = ExceptionUtils.firstOrSuppressed(e, failure);
      }
    }
    held.clear();
    ready.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
