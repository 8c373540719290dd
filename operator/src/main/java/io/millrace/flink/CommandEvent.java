package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * Commands between the operator that reads them, the JobManager, and the subtasks that follow them.
 *
 * @param commands in the order in which they were read
 * @param again whether the receiver may have had them before
 */
record CommandEvent(List<Command> commands, boolean again) implements OperatorEvent {
  CommandEvent {
    commands = List.copyOf(commands);
  }

  /**
   * A subtask that does not run gets all commands when it starts, so that missing one is no loss.
   * Of that failure alone Flink makes nothing then; for any other it still restarts the subtask.
   */
  @Override
  public boolean isLossTolerant() {
    return true;
  }
}
