package io.millrace.jobs.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process as Linux counts it.
 *
 * @param startTicks when it started, in ticks since the machine did; no change of the clock moves
 *     it, so that it tells a process from a later one of the same id
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 */
record RunningProcess(long pid, long startTicks) {
  private static final int STATE = 0;
  private static final int START_TICKS = 19;

  /** The process of that id; empty where there is none, or one that has ended unnoticed. */
  static Optional<RunningProcess> of(long pid) {
    try {
      Path stat = Path.of("/proc", Long.toString(pid), "stat");
      return parse(pid, Files.readString(stat, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty(); // No such process, or it ended while its file was read.
    }
  }

  /** Nobody has waited for a zombie: it has an id and no program. */
  static Optional<RunningProcess> parse(long pid, String stat) {
    // The second field is the program's name in brackets, and may hold blanks and brackets.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    char state = fields[STATE].charAt(0);
    return state == 'Z' || state == 'X' || state == 'x'
        ? Optional.empty()
        : Optional.of(new RunningProcess(pid, Long.parseLong(fields[START_TICKS])));
  }
}
