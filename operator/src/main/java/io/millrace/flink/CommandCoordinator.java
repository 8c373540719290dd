package io.millrace.flink;

import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.CoordinatorStore;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.jspecify.annotations.Nullable;

/**
 * The JobManager's side of either end of the command path; the two ends meet at a {@link
 * CommandBoard} in the job's coordinator store. It has no state of its own to checkpoint: what was
 * read is in the state of {@link CommandSender}, what was followed in that of the subtasks, and
 * Flink delivers what was sent before a checkpoint ahead of its barriers. Belongs to the
 * JobManager's main thread.
 */
final class CommandCoordinator implements OperatorCoordinator {

  /** Which end of the command path an operator is. */
  enum End {
    SENDER,
    RECEIVER
  }

  private static final byte[] NO_STATE = {};

  private final CommandBoard board;
  private final End end;

  private CommandCoordinator(CommandBoard board, End end) {
    this.board = board;
    this.end = end;
  }

  /**
   * @param path names the board at which the two ends meet: unique in the job
   */
  static Provider provider(OperatorID operator, String path, End end) {
    return new BoardProvider(operator, path, end);
  }

  private record BoardProvider(OperatorID operator, String path, End end) implements Provider {
    @Override
    public OperatorID getOperatorId() {
      return operator;
    }

    @Override
    public OperatorCoordinator create(Context context) {
      CoordinatorStore store = context.getCoordinatorStore();
      CommandBoard fresh = new CommandBoard();
      Object known = store.putIfAbsent(path, fresh);
      return new CommandCoordinator(known == null ? fresh : (CommandBoard) known, end);
    }
  }

  @Override
  public void start() {}

  @Override
  public void close() {}

  @Override
  public void handleEventFromOperator(int subtask, int attempt, OperatorEvent event) {
    if (event instanceof CommandEvent commands) {
      board.post(commands);
    } else if (event == ReceiverEvent.OPEN) {
      board.opened(subtask);
    } else if (event == ReceiverEvent.FINISHED) {
      board.left(subtask);
    } else {
      throw new IllegalArgumentException("unexpected event of " + event.getClass());
    }
  }

  @Override
  public void checkpointCoordinator(long checkpoint, CompletableFuture<byte[]> result) {
    result.complete(NO_STATE);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {}

  @Override
  public void resetToCheckpoint(long checkpoint, byte @Nullable [] state) {
    board.clear();
  }

  @Override
  public void subtaskReset(int subtask, long checkpoint) {
    leave(subtask);
  }

  @Override
  public void executionAttemptFailed(int subtask, int attempt, @Nullable Throwable reason) {
    leave(subtask);
  }

  private void leave(int subtask) {
    if (end == End.RECEIVER) {
      board.left(subtask);
    }
  }

  @Override
  public void executionAttemptReady(int subtask, int attempt, SubtaskGateway gateway) {
    if (end == End.RECEIVER) {
      board.started(subtask, gateway);
    }
  }
}
