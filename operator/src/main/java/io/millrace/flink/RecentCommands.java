package io.millrace.flink;

import io.millrace.model.Command;
import io.millrace.model.Timeline;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The commands of one model that a subtask may not have yet: those of the highest sequences, far
 * more than a {@link Timeline} keeps as they came, since this forgets what that folds. Not
 * thread-safe.
 */
final class RecentCommands {
  static final int MAX = 16 * Timeline.MAX_COMMANDS;

  private final NavigableMap<Long, Command> bySequence = new TreeMap<>();

  /**
   * @return whether its sequence was new, and high enough to be kept
   */
  boolean add(Command command) {
    boolean added = bySequence.putIfAbsent(command.sequence(), command) == null;
    if (bySequence.size() > MAX) {
      return added && bySequence.pollFirstEntry().getValue() != command;
    }
    return added;
  }

  /** By their sequences, the lowest first. */
  List<Command> all() {
    return List.copyOf(bySequence.values());
  }

  void clear() {
    bySequence.clear();
  }
}
