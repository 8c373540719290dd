package io.millrace.testing.processes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A main class in a JVM of its own, whose output goes to {@code <directory>/<name>.log}. It ends
 * when it is closed or when this process ends, however that ends: see {@link ChildMain}.
 */
final class ChildJvm implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(25);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int LOG_TAIL_LINES = 25;

  /** Is the server ready to be used? An exception means not yet. */
  @FunctionalInterface
  interface Probe {
    boolean isReady() throws Exception;
  }

  /**
   * @param name of the log file and in messages
   * @param jars the folder whose jars are the class path
   * @param directory the working directory; created where it does not exist
   * @param jvmOptions such as {@code -Xmx256m}
   * @param environment what the process finds there besides this one's
   */
  record Command(
      String name,
      Path jars,
      Path directory,
      List<String> jvmOptions,
      String mainClass,
      List<String> arguments,
      Map<String, String> environment) {
    Command {
      jvmOptions = List.copyOf(jvmOptions);
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }

    Command(
        String name,
        Path jars,
        Path directory,
        List<String> jvmOptions,
        String mainClass,
        List<String> arguments) {
      this(name, jars, directory, jvmOptions, mainClass, arguments, Map.of());
    }
  }

  private final Command command;
  private final Process process;
  private final Path log;

  private ChildJvm(Command command, Process process, Path log) {
    this.command = command;
    this.process = process;
    this.log = log;
  }

  static ChildJvm start(Command command) throws IOException {
    if (!Files.isDirectory(command.jars())) {
      throw new IOException(
          "no folder " + command.jars() + ": expected the jars of " + command.name());
    }
    Path launcher = command.directory().resolve("launcher");
    copyMainClass(launcher);
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(command.jvmOptions());
    line.add("-cp");
    line.add(launcher.toAbsolutePath() + ":" + command.jars().toAbsolutePath() + "/*");
    line.add(ChildMain.class.getName());
    line.add(command.mainClass());
    line.addAll(command.arguments());
    Path log = command.directory().resolve(command.name() + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(command.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(command.environment());
    return new ChildJvm(command, builder.start(), log);
  }

  /** Alone, so that nothing else of this JVM's class path reaches the child. */
  private static void copyMainClass(Path launcher) throws IOException {
    String file = ChildMain.class.getName().replace('.', '/') + ".class";
    Path target = launcher.resolve(file);
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    try (InputStream in =
        Objects.requireNonNull(ChildJvm.class.getResourceAsStream("ChildMain.class"))) {
      Files.write(target, in.readAllBytes());
    }
  }

  /**
   * Blocks until the server answers.
   *
   * @throws IOException if the process ended or the deadline passed, with the log's last lines; the
   *     process is killed
   */
  void awaitReady(Duration deadline, Probe probe) throws IOException, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    Exception last = null;
    boolean ready = false;
    boolean ended = false;
    try {
      while (!ready && !ended && System.nanoTime() - end < 0) {
        try {
          ready = probe.isReady();
        } catch (InterruptedException e) {
          throw e;
        } catch (Exception e) {
          last = e;
        }
        ended = !ready && process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
      }
    } finally {
      if (!ready) {
        kill();
      }
    }
    if (!ready) {
      String what =
          ended
              ? "ended with exit code " + process.exitValue() + " before it was ready"
              : "was not ready after " + deadline.toSeconds() + " s";
      throw failure(what, last);
    }
  }

  /**
   * Blocks until the process ends by itself.
   *
   * @throws IOException if its exit code is not 0 or the deadline passed
   */
  void awaitSuccess(Duration deadline) throws IOException, InterruptedException {
    boolean ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
    if (ended && process.exitValue() == 0) {
      return;
    }
    String what = ended ? "failed with exit code " + process.exitValue() : "did not end in time";
    kill();
    throw failure(what, null);
  }

  long pid() {
    return process.pid();
  }

  /**
   * Blocks until the process ends, whoever ends it.
   *
   * @return its exit code
   * @throws IOException if it still runs at the deadline, with the log's last lines; it goes on
   *     then
   */
  int awaitEnd(Duration deadline) throws IOException, InterruptedException {
    if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure("did not end within " + deadline.toSeconds() + " s", null);
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Blocks until the process ends, whoever ends it.
   *
   * @return its exit code
   */
  int awaitEnd() throws InterruptedException {
    return process.waitFor();
  }

  /** Ends the process with signal 9. Idempotent. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Lets the process run its shutdown hooks, for as long as is reasonable. Idempotent. */
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
      kill();
    }
  }

  private IOException failure(String what, @Nullable Exception cause) throws IOException {
    List<String> lines = Files.readAllLines(log);
    int from = Math.max(0, lines.size() - LOG_TAIL_LINES);
    String tail = String.join("\n", lines.subList(from, lines.size()));
    return new IOException(
        command.name() + " " + what + "; the end of " + log + ":\n" + tail, cause);
  }
}
