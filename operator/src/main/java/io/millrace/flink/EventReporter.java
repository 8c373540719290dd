package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.Command.Rollback;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.time.Clock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes events of one subtask and hands them to the side output. Belongs to the task thread. */
final class EventReporter {
  private static final Logger LOG = LoggerFactory.getLogger(EventReporter.class);

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

  /** A version could not be loaded. */
  void failed(String model, Publish publish, ModelException failure) {
    LOG.warn(
        "{}/{} rejected on subtask {}: {} {}",
        model,
        publish.version(),
        subtask,
        failure.reason(),
        failure.getMessage());
    report(
        model,
        publish.version(),
        publish.digest(),
        VersionState.END,
        false,
        failure.reason(),
        String.valueOf(failure.getMessage()),
        LoadTimes.NONE);
  }

  /**
   * A command counts for nothing.
   *
   * @param state of the version that it is about, which stays as it was
   */
  void refused(Command command, VersionState state, boolean active, ModelException failure) {
    String message = String.valueOf(failure.getMessage());
    LOG.warn(
        "Command {} of '{}' refused on subtask {}: {}",
        command.sequence(),
        command.model(),
        subtask,
        message);
    report(
        command.model(),
        versionOf(command),
        null,
        state,
        active,
        failure.reason(),
        message,
        LoadTimes.NONE);
  }

  /** The version that a command is about, -1 if it names none. */
  static long versionOf(Command command) {
    if (command instanceof Publish publish) {
      return publish.version();
    }
    if (command instanceof Activate activate) {
      return activate.version();
    }
    if (command instanceof Retire retire) {
      return retire.version();
    }
    Long version = command instanceof Rollback rollback ? rollback.version() : null;
    return version == null ? -1 : version;
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
