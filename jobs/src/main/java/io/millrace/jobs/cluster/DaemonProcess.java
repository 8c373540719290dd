package io.millrace.jobs.cluster;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process that goes on when the command that started it is over.
 *
 * @param name unique among the living of its cluster, such as {@code taskmanager-2}
 * @param id tells it from earlier and later processes of its name; what a TaskManager registers as
 * @param startTicks as {@link RunningProcess} has them
 * @param log its log file; what it prints besides goes to {@code <name>.out} beside it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record DaemonProcess(String name, String id, long pid, long startTicks, Path log) {
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final int TAIL = 15;
  private static final Duration KILL = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 50;

  /** In place of the ticks of one that ended at once; those of no process. */
  private static final long ENDED = -1;

  /**
   * Starts a JVM, in a session of its own where the system can do that, so that Ctrl-C in the
   * terminal does not reach it. It reads its arguments through a descriptor of a file that is gone:
   * neither the process list nor a leftover shows a credential.
   */
  static DaemonProcess start(
      String name, String id, Path folder, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      line.add(SETSID.toString());
    }
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("@/dev/stdin");
    Path argumentFile = folder.resolve(name + ".args");
    PrivateFile.write(
        argumentFile, JavaArguments.toFile(arguments).getBytes(StandardCharsets.UTF_8));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectInput(argumentFile.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".out").toFile());
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } finally {
      Files.delete(argumentFile);
    }
    long startTicks =
        RunningProcess.of(process.pid()).map(RunningProcess::startTicks).orElse(ENDED);
    return new DaemonProcess(name, id, process.pid(), startTicks, folder.resolve(name + ".log"));
  }

  @JsonIgnore
  boolean isJobManager() {
    return name.equals(FlinkRole.JOBMANAGER.toString());
  }

  @JsonIgnore
  boolean isAlive() {
    return RunningProcess.of(pid).filter(it -> it.startTicks() == startTicks).isPresent();
  }

  /**
   * Asks it to end, and ends it with signal 9 if it has not by then.
   *
   * @throws ClusterException if it runs even then
   */
  void stop(Duration grace) throws ClusterException, InterruptedException {
    if (ends(ProcessHandle::destroy, grace) || ends(ProcessHandle::destroyForcibly, KILL)) {
      return;
    }
    throw new ClusterException(
        "%s, process %d, runs on %d s after signal 9: expected its end"
            .formatted(name, pid, KILL.toSeconds()));
  }

  /**
   * Stops one after the other.
   *
   * @throws ClusterException if one of them runs even then; all the others are stopped all the same
   */
  static void stopAll(List<DaemonProcess> processes, Duration grace)
      throws ClusterException, InterruptedException {
    ClusterException failure = null;
    for (DaemonProcess process : processes) {
      try {
        process.stop(grace);
      } catch (ClusterException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  // Not by the handle's onExit(): of a process that is no child of this one it waits for the id to
  // go, which stays where the parent, such as a container's first process, never waits for it.
  private boolean ends(Consumer<ProcessHandle> signal, Duration patience)
      throws InterruptedException {
    if (isAlive()) {
      ProcessHandle.of(pid).ifPresent(signal);
    }
    long deadline = System.nanoTime() + patience.toNanos();
    while (isAlive()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
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
