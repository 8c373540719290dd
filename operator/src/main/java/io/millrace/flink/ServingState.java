package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What broadcast state keeps of one model.
 *
 * @param floor the highest sequence that the timeline dropped, Long.MIN_VALUE if none
 * @param commands the timeline's commands
 * @param serving the version that scored when the state was written, its digest filled in; null
 *     before the first one
 */
record ServingState(long floor, List<Command> commands, @Nullable Publish serving) {
  ServingState {
    commands = List.copyOf(commands);
  }
}
