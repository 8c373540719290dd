package io.millrace.model;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change of a version's state on one subtask, or a command that was refused.
 *
 * @param time when it happened
 * @param job the job's name
 * @param subtask index from 0
 * @param parallelism of the operator
 * @param digest of the version's files, null until they are known
 * @param active whether the version scores on this subtask
 * @param reason why it was rejected, null otherwise
 * @param message one line for people, empty where there is nothing to say
 * @param times how long each step took
 */
public record ModelEvent(
    Instant time,
    String job,
    int subtask,
    int parallelism,
    String model,
    long version,
    @Nullable String digest,
    VersionState state,
    boolean active,
    @Nullable ModelReason reason,
    String message,
    LoadTimes times) {

  public ModelEvent {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(job, "job");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(times, "times");
  }
}
