package io.millrace.jobs.cluster;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that goes on when the command that started it is over.
 *
 * @param name unique in its cluster, such as {@code taskmanager-2}
 * @param id tells it from earlier and later processes of its name; what a TaskManager registers as
 * @param started milliseconds since the epoch; tells it from a later process of the same id
 * @param log its log file; what it prints besides goes to {@code <name>.out} beside it
 */
record DaemonProcess(String name, String id, long pid, long started, Path log) {
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final int TAIL = 15;

  /**
   * Starts a JVM, in a session of its own where the system can do that, so that Ctrl-C in the
   * terminal does not reach it.
   */
  static DaemonProcess start(
      String name, String id, Path folder, List<String> arguments, Map<String, String> environment)
      throws IOException {
    Path argumentFile = folder.resolve(name + ".args");
    Files.writeString(argumentFile, JavaArguments.toFile(arguments));
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      line.add(SETSID.toString());
    }
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("@" + argumentFile);
    Path out = folder.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    return new DaemonProcess(
        name, id, process.pid(), started(process.toHandle()), folder.resolve(name + ".log"));
  }

  private static long started(ProcessHandle handle) {
    return handle.info().startInstant().map(instant -> instant.toEpochMilli()).orElse(0L);
  }

  // Of a dead process that nobody has waited for, the system still knows the id but no program.
  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(it -> it.isAlive() && started(it) == started && it.info().command().isPresent());
  }

  @JsonIgnore
  boolean isAlive() {
    return handle().isPresent();
  }

  /** Asks it to end, and ends it with signal 9 if it has not by then. */
  void stop(long graceSeconds) throws InterruptedException {
    ProcessHandle handle = handle().orElse(null);
    if (handle == null) {
      return;
    }
    handle.destroy();
    try {
      handle.onExit().get(graceSeconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      handle.destroyForcibly();
      handle.onExit().join();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The last lines of what it printed, else of its log. */
  String tail() {
    Path out = log.resolveSibling(name + ".out");
    try {
      List<String> lines = Files.readAllLines(Files.size(out) > 0 ? out : log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }
}
