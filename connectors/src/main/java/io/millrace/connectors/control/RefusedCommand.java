package io.millrace.connectors.control;

import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.VersionState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record of the control topic that is not a command.
 *
 * @param model what its key names, empty if it names none
 * @param version what its key names, or {@link ModelEventJson#NO_VERSION}
 * @param cause MALFORMED_COMMAND and why
 */
public record RefusedCommand(long offset, String model, long version, ModelException cause) {

  static RefusedCommand of(long offset, byte @Nullable [] key, ModelException cause) {
    CommandKey named = CommandKey.parse(key);
    Long version = named == null ? null : named.version();
    return new RefusedCommand(
        offset,
        named == null ? "" : named.model(),
        version == null ? ModelEventJson.NO_VERSION : version,
        cause);
  }

  /** The report for the status topic: of the one reader, on behalf of all subtasks. */
  public ModelEvent toEvent(Instant time, String job) {
    String message = cause.getMessage();
    return new ModelEvent(
        time,
        job,
        0,
        1,
        model,
        version,
        null,
        VersionState.END,
        false,
        cause.reason(),
        message == null ? "" : message,
        LoadTimes.NONE);
  }
}
