package io.millrace.flink;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.time.Clock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes events of one subtask and hands them to the side output. Belongs to the task thread. */
final class EventReporter {
  private final String job;
  private final int subtask;
  private final int parallelism;
  private final Clock clock;
  private final Consumer<ModelEvent> sink;

  EventReporter(String job, int subtask, int parallelism, Clock clock, Consumer<ModelEvent> sink) {
    this.job = job;
    this.subtask = subtask;
    this.parallelism = parallelism;
    this.clock = clock;
    this.sink = sink;
  }

  int subtask() {
    return subtask;
  }

  /** A version that is loaded reached another state. */
  void state(ServedModel served, VersionState state, boolean active, LoadTimes times) {
    report(
        served.version().model(),
        served.version().version(),
        served.version().digest(),
        state,
        active,
        null,
        "",
        times);
  }

  /** A version that is not loaded yet, or not any more, reached another state. */
  void state(String model, long version, @Nullable String digest, VersionState state) {
    report(model, version, digest, state, false, null, "", LoadTimes.NONE);
  }

  /** A version was rejected, or a command refused; the version's state is as it was. */
  void rejected(
      String model,
      long version,
      @Nullable String digest,
      VersionState state,
      boolean active,
      ModelReason reason,
      String message) {
    report(model, version, digest, state, active, reason, message, LoadTimes.NONE);
  }

  private void report(
      String model,
      long version,
      @Nullable String digest,
      VersionState state,
      boolean active,
      @Nullable ModelReason reason,
      String message,
      LoadTimes times) {
    sink.accept(
        new ModelEvent(
            clock.instant(),
            job,
            subtask,
            parallelism,
            model,
            version,
            digest,
            state,
            active,
            reason,
            message,
            times));
  }
}
