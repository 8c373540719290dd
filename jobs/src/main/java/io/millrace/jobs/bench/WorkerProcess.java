package io.millrace.jobs.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.jobs.ConfigurationException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A measuring process, seen from the command. Whoever started it closes it, which ends it. For one
 * thread.
 */
final class WorkerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long END_SECONDS = 10;

  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;
  private final Path log;
  private boolean died;

  private WorkerProcess(Process process, Path log) {
    this.process = process;
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.log = log;
  }

  static WorkerProcess start() throws IOException {
    Path log = Files.createTempFile("millrace-bench", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (isForTheWorker(argument)) {
        command.add(argument);
      }
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Worker.class.getName());
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    return new WorkerProcess(process, log);
  }

  // Not agents and debuggers, which would fight over their ports, nor what makes short commands
  // start fast: compilers and collectors are to be those of a TaskManager.
  private static boolean isForTheWorker(String argument) {
    return argument.startsWith("-D") && !argument.startsWith("-Dcom.sun.management")
        || argument.startsWith("-Xmx")
        || argument.startsWith("--add-");
  }

  /** Sends an order without waiting for the answer. */
  void send(Order order) throws IOException {
    try {
      orders.write(JSON.writeValueAsString(order));
      orders.newLine();
      orders.flush();
    } catch (IOException e) {
      throw dead(e);
    }
  }

  /**
   * Waits for the answer to the oldest order.
   *
   * @throws ConfigurationException if the command or its input is at fault
   * @throws IOException if it did not work, or the process has died
   */
  <T> T receive(Class<T> type) throws IOException, ConfigurationException {
    String line = answers.readLine();
    if (line == null) {
      throw dead(null);
    }
    Order.Answer answer = JSON.readValue(line, Order.Answer.class);
    String error = answer.error();
    if (error != null && answer.usage()) {
      throw new ConfigurationException(error);
    }
    if (error != null) {
      throw new IOException(error);
    }
    return JSON.convertValue(answer.value(), type);
  }

  <T> T ask(Order order, Class<T> type) throws IOException, ConfigurationException {
    send(order);
    return receive(type);
  }

  private IOException dead(@Nullable IOException cause) {
    died = true;
    String code;
    try {
      code =
          process.waitFor(END_SECONDS, TimeUnit.SECONDS)
              ? "ended with exit code " + process.exitValue()
              : "does not answer";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      code = "is gone";
    }
    return new IOException("the process that measures " + code + "; its log is " + log, cause);
  }

  /** Ends the process; its log stays only if it died by itself. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    if (!died) {
      Files.deleteIfExists(log);
    }
  }
}
