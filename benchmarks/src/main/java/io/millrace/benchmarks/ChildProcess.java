package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that is spoken to by lines. It ends when it is closed and, as its standard input ends then
 * too, when this process dies.
 */
final class ChildProcess implements AutoCloseable {
  private static final long GRACE_SECONDS = 10;
  private static final int LAST_LINES = 20;

  private final String name;
  private final Path log;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * @param log takes what it writes to standard error
   * @param arguments of java: options, main class, its arguments
   */
  static ChildProcess start(String name, Path log, List<String> arguments) throws IOException {
    return start(name, log, arguments, Map.of());
  }

  /** As above, with these variables of its environment set. */
  static ChildProcess start(
      String name, Path log, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.to(log.toFile()));
    // Its options are its own: another collector, say, would be one too many.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    return new ChildProcess(name, log, builder.start());
  }

  void tell(String line) throws IOException {
    commands.write(line);
    commands.newLine();
    commands.flush();
  }

  /**
   * Blocks until the next line comes.
   *
   * @throws IOException if the process ends instead; the message has the last lines of its log
   */
  String hear() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(
          name + " ended unexpectedly; the last lines of its log:\n" + lastLines());
    }
    return line;
  }

  private String lastLines() throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
