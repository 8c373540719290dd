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

  /** A subtask that is not there to receive it gets all commands when it starts. */
  @Override
  public boolean isLossTolerant() {
    return true;
  }
}
