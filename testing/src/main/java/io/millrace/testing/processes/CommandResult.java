package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A command that was run to its end.
 *
 * @param out what it printed
 * @param err what it printed on standard error, but for what a JVM says there about its options
 */
public record CommandResult(int exitCode, String out, String err) {
  private static final Pattern JVM_NOTE =
      Pattern.compile("(?m)^Picked up JAVA_TOOL_OPTIONS: .*\\R");

  /**
   * Runs a command and waits for it.
   *
   * @param command the program and its arguments
   * @param directory where it runs
   * @throws IOException if it cannot be started, or does not end in time; it is killed then
   * @throws InterruptedException if this thread is interrupted; it is killed then
   */
  public static CommandResult of(List<String> command, Path directory, Duration deadline)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("millrace-out", null);
    Path err = Files.createTempFile("millrace-err", null);
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!ends(process, deadline)) {
        throw new IOException(
            "still running after " + deadline.toSeconds() + " s: " + String.join(" ", command));
      }
      return new CommandResult(
          process.exitValue(),
          Files.readString(out),
          JVM_NOTE.matcher(Files.readString(err)).replaceAll(""));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static boolean ends(Process process, Duration deadline) throws InterruptedException {
    boolean ended = false;
    try {
      ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
      return ended;
    } finally {
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }
}
