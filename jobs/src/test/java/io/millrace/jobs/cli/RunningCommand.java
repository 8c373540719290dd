package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.check.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;

/** A command in this JVM that goes on until it is interrupted, as Ctrl-C interrupts it. */
final class RunningCommand implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(20);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Thread thread;
  private volatile int exitCode;

  /** What a time-out shows. */
  private record Printed(String out, String err) {}

  private RunningCommand(String... args) {
    this.thread =
        new Thread(
            () ->
                exitCode =
                    Millrace.execute(new PrintWriter(out, true), new PrintWriter(err, true), args),
            "millrace " + String.join(" ", args));
  }

  static RunningCommand start(String... args) {
    RunningCommand command = new RunningCommand(args);
    command.thread.start();
    return command;
  }

  /** Waits until it has printed this. */
  void awaitOut(String text) throws Exception {
    Await.first(
        "'" + text + "' is printed",
        PATIENCE,
        POLL,
        () -> new Printed(out.toString(), err.toString()),
        printed -> printed.out().contains(text) || !thread.isAlive());
    assertThat(out.toString()).as("errors: %s", err).contains(text);
  }

  /** What it has printed by now. */
  String out() {
    return out.toString();
  }

  /** Waits until it ends by itself. */
  CommandLineRun await() throws InterruptedException {
    thread.join(PATIENCE.toMillis());
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " still runs; it has printed '" + out + "'");
    }
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }

  /** Ends it. */
  CommandLineRun stop() throws InterruptedException {
    thread.interrupt();
    return await();
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
