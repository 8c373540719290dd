package io.millrace.flink;

import io.millrace.model.Command;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator.SubtaskGateway;

/**
 * Where, in the JobManager, the commands to one operator are put up: each goes to every subtask
 * that runs, and a subtask that starts gets all of them, since a failure may have taken those that
 * were on their way. Receivers know a command by its sequence, so that one more delivery changes
 * nothing. Belongs to the JobManager's main thread.
 */
final class CommandBoard {
  private final RecentCommands commands = new RecentCommands();
  private final Map<Integer, SubtaskGateway> attempts = new HashMap<>();
  private final Set<Integer> open = new HashSet<>();

  void post(CommandEvent event) {
    List<Command> news = new ArrayList<>();
    boolean again = event.again();
    for (Command command : event.commands()) {
      boolean added = commands.add(command);
      // Of what comes again, the board has what it was not restarted since. What a restarted source
      // reads a second time goes on, since it may be another command of the same sequence.
      if (added || !event.again()) {
        news.add(command);
      }
      again |= !added;
    }
    if (!news.isEmpty()) {
      CommandEvent forwarded = new CommandEvent(news, again);
      open.forEach(subtask -> send(subtask, forwarded));
    }
  }

  /** An attempt of a subtask runs. */
  void started(int subtask, SubtaskGateway gateway) {
    attempts.put(subtask, gateway);
    if (open.contains(subtask)) {
      sendAll(subtask);
    }
  }

  /** A subtask is open, which may be heard of before {@link #started}: it gets all commands now. */
  void opened(int subtask) {
    open.add(subtask);
    if (attempts.containsKey(subtask)) {
      sendAll(subtask);
    }
  }

  private void sendAll(int subtask) {
    List<Command> all = commands.all();
    if (!all.isEmpty()) {
      send(subtask, new CommandEvent(all, true));
    }
  }

  private void send(int subtask, CommandEvent event) {
    SubtaskGateway gateway = attempts.get(subtask);
    if (gateway != null) {
      gateway.sendEvent(event);
    }
  }

  /** A subtask has ended, or takes no more commands. */
  void left(int subtask) {
    attempts.remove(subtask);
    open.remove(subtask);
  }

  /** The whole job starts anew: its commands come again from the operator that reads them. */
  void clear() {
    commands.clear();
    attempts.clear();
    open.clear();
  }
}
