package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Any command as a process, whose output goes to {@code <directory>/<name>.log}. Like {@link
 * ChildJvm} it ends when it is closed or when this process ends, however that ends: a shell beside
 * it reads a pipe that the operating system closes then.
 *
 * <pre>{@code
 * try (CommandProcess feed =
 *     CommandProcess.start("feed", List.of("sh", "feed.sh"), Map.of(), temporaryFolder)) {
 *   ...
 * }
 * }</pre>
 */
public final class CommandProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(25);
  private static final int LOG_TAIL_LINES = 25;

  /** Runs the command until it ends or standard input does; then it has 20 s to end by itself. */
  private static final String WATCH =
      """
      exec 3<&0
      "$@" < /dev/null 3<&- &
      command=$!
      (
        while read -r _; do :; done <&3
        kill "$command"
        i=0
        while [ $i -lt 200 ] && kill -0 "$command"; do sleep 0.1; i=$((i + 1)); done
        kill -9 "$command"
      ) > /dev/null 2>&1 &
      watch=$!
      wait "$command"
      code=$?
      kill "$watch" 2> /dev/null
      exit $code
      """;

  private final String name;
  private final Path log;
  private final Process process;

  private CommandProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * @param name of the log file and in messages
   * @param command the program and its arguments; where it forks, it must end its children itself
   * @param environment beside this process's own
   * @param directory where it runs; must exist
   */
  public static CommandProcess start(
      String name, List<String> command, Map<String, String> environment, Path directory)
      throws IOException {
    List<String> line = new ArrayList<>(List.of("sh", "-c", WATCH, "sh"));
    line.addAll(command);
    Path log = directory.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return new CommandProcess(name, log, builder.start());
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The command's exit code; only of one that has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  /** What it printed. */
  public Path log() {
    return log;
  }

  /**
   * Blocks until the command ends by itself.
   *
   * @throws IOException if its exit code is not 0 or the deadline passed, with the log's last lines
   */
  public void awaitSuccess(Duration deadline) throws IOException, InterruptedException {
    if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure("did not end in " + deadline.toSeconds() + " s", null);
    }
    if (process.exitValue() != 0) {
      throw failure("failed with exit code " + process.exitValue(), null);
    }
  }

  /** What went wrong, with the log's last lines. */
  public IOException failure(String what, @Nullable Throwable cause) {
    return new IOException(name + " " + what + "; " + tail(log), cause);
  }

  /** The last lines of a log, for messages. */
  public static String tail(Path log) {
    String lines;
    try {
      List<String> all = Files.readAllLines(log);
      lines = String.join("\n", all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
    } catch (IOException e) {
      lines = e.toString();
    }
    return "the end of " + log + ":\n" + lines;
  }

  /** Asks the command to end with SIGTERM, and ends it after a while. Idempotent. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      // The pipe is broken: the process is gone or about to go.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
  }
}
