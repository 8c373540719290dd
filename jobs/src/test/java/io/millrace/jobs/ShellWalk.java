package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of commands of the README, run line by line in one shell at the root of the repository.
 * What the lines start in the background ends with it.
 */
final class ShellWalk implements AutoCloseable {
  private static final String DONE = "__done ";
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process shell;
  private final BufferedWriter toShell;
  private final BufferedReader fromShell;
  private final CompletableFuture<Void> limit;

  /**
   * @param limit after which the shell is killed, and with it a command that hangs
   */
  ShellWalk(Map<String, String> environment, Duration limit) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash").directory(Path.of("..").toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    shell = builder.start();
    toShell = shell.outputWriter(StandardCharsets.UTF_8);
    fromShell = shell.inputReader(StandardCharsets.UTF_8);
    this.limit =
        CompletableFuture.runAsync(
            this::kill, CompletableFuture.delayedExecutor(limit.toSeconds(), TimeUnit.SECONDS));
  }

  /** The lines of the block behind {@code <!-- name: ... -->}; it has been built. */
  static List<String> commands(String name) throws IOException {
    Pattern block = Pattern.compile("(?s)<!-- " + name + ":[^\\n]*-->\\s*```sh\\R(.*?)```");
    Matcher matcher = block.matcher(Files.readString(Path.of("../README.md")));
    assertThat(matcher.find()).as(name).isTrue();
    return matcher
        .group(1)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("mvn "))
        .toList();
  }

  /**
   * Runs a line to its end, which has to be exit code 0.
   *
   * @return what it printed
   */
  String run(String command) throws IOException {
    System.out.println("$ " + command);
    toShell.write(command + "\necho '" + DONE + "'$?\n");
    toShell.flush();
    StringBuilder printed = new StringBuilder();
    for (String line = fromShell.readLine(); ; line = fromShell.readLine()) {
      assertThat(line).as(command + ": the shell ended: " + printed).isNotNull();
      if (line.startsWith(DONE)) {
        assertThat(line).as(command + ": " + printed).isEqualTo(DONE + "0");
        return printed.toString();
      }
      System.out.println(line);
      printed.append(line).append('\n');
    }
  }

  /** What runs in the background. */
  List<ProcessHandle> background() {
    return shell.descendants().toList();
  }

  /** Waits until the shell, and what it had in the background, have ended by themselves. */
  void awaitEnd(List<ProcessHandle> background) throws Exception {
    toShell.close();
    shell.waitFor();
    for (ProcessHandle process : background) {
      process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private void kill() {
    shell.descendants().forEach(ProcessHandle::destroy);
    shell.destroyForcibly();
  }

  @Override
  public void close() {
    limit.cancel(false);
    kill();
  }
}
