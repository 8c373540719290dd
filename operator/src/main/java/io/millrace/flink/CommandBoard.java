package io.millrace.flink;

import io.millrace.model.Command;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator.SubtaskGateway;

/**
 * Where, in the JobManager, the commands to one operator are put up: each goes to every subtask
 * that runs, and a subtask that starts gets all of them, since a failure may have taken those that
 * were on their way. Receivers know a command by its sequence, so that one more delivery changes
 * nothing. Belongs to the JobManager's main thread.
 */
final class CommandBoard {
  private final RecentCommands commands = new RecentCommands();
  private final Map<Integer, SubtaskGateway> subtasks = new HashMap<>();

  void post(CommandEvent event) {
    List<Command> news = new ArrayList<>();
    for (Command command : event.commands()) {
      // Of commands that were read before, the board has those that it was not restarted since.
      if (commands.add(command) || !event.again()) {
        news.add(command);
      }
    }
    if (!news.isEmpty()) {
      CommandEvent forwarded = new CommandEvent(news, event.again());
      subtasks.values().forEach(subtask -> subtask.sendEvent(forwarded));
    }
  }

  /** An attempt of a subtask runs; what its state lacks, it gets now. */
  void join(int subtask, SubtaskGateway gateway) {
    subtasks.put(subtask, gateway);
    List<Command> all = commands.all();
    if (!all.isEmpty()) {
      gateway.sendEvent(new CommandEvent(all, true));
    }
  }

  void leave(int subtask) {
    subtasks.remove(subtask);
  }

  /** The whole job starts anew: its commands come again from the operator that reads them. */
  void clear() {
    commands.clear();
    subtasks.clear();
  }
}
