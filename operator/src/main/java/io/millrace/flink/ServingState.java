package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Timeline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What broadcast state keeps of one model.
 *
 * @param timeline the commands and what older ones amounted to
 * @param serving the version that scored when the state was written, with its digest; null before
 *     the first one
 * @param schema what the first version that scored takes and answers; null before it
 */
record ServingState(
    Timeline.Snapshot timeline, @Nullable Publish serving, @Nullable ServingSchema schema) {

  /** Whether none of these publishes the version that scored. */
  boolean isOtherThan(List<Command> commands) {
    Publish stored = serving;
    return stored == null
        || commands.stream()
            .noneMatch(
                command ->
                    command instanceof Publish publish
                        && publish.version() == stored.version()
                        && publish.uri().equals(stored.uri()));
  }

  /**
   * The same order, for the very bytes that scored if it is about that version: the code may name
   * another place for it, but not other bytes.
   */
  Publish withStoredDigest(Publish publish) {
    Publish stored = serving;
    return stored == null || stored.version() != publish.version() || publish.digest() != null
        ? publish
        : publish.withDigest(stored.digest());
  }
}
