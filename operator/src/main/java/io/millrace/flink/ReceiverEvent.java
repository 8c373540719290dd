package io.millrace.flink;

import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/** What a subtask that follows commands tells the JobManager of itself. */
enum ReceiverEvent implements OperatorEvent {
  /** It is open: one that was restored after its end never says so, and takes no commands. */
  OPEN,
  /** It takes no more commands. */
  FINISHED
}
