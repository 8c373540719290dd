package io.millrace.flink;

import io.millrace.model.Command;
import java.util.List;

/** The control path of one subtask, by one policy or another. Belongs to the task thread. */
interface ModelControl {
  /**
   * Before the first record.
   *
   * @param initial commands that count where there is no state to restore
   * @param codeDecides whether a version that the code names overrules a stored one
   */
  void start(List<Command> initial, boolean codeDecides) throws Exception;

  /**
   * Takes commands of the control input. Those for other models are none of this operator's.
   *
   * @param again whether they may have been taken before: one that is too old to count then is no
   *     mistake of anybody's
   */
  void accept(List<Command> commands, boolean again) throws Exception;

  /** All records up to this time are expected to be here. */
  void watermark(long timestampMillis) throws Exception;

  /** Ends the reports: behind the end of input, nothing downstream takes an element any more. */
  void finish();

  /** Ends loads; a native load in progress ends by itself and closes what it loaded. */
  void stop();

  /** Gives back every model that this subtask holds. No batch may be inside a run. */
  void release();
}
