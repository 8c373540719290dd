package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One process of a {@link FlinkCluster}, which can be killed and started again. Not thread-safe.
 */
public final class FlinkProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);

  private final ChildJvm.Command command;
  private final ChildJvm.Probe probe;
  private ChildJvm process;

  /**
   * Launches it; {@link #awaitReady} says when it can be used.
   *
   * @param probe whether it can be used
   */
  FlinkProcess(ChildJvm.Command command, ChildJvm.Probe probe) throws IOException {
    this.command = command;
    this.probe = probe;
    this.process = ChildJvm.start(command);
  }

  /**
   * Blocks until it can be used.
   *
   * @throws IOException if it ends before, or takes longer than three minutes, with the end of its
   *     log
   */
  public void awaitReady() throws IOException, InterruptedException {
    process.awaitReady(START, probe);
  }

  /** Ends it with signal 9. Idempotent. */
  public void kill() {
    process.kill();
  }

  /** Starts it again, as it was, and returns at once; one that still runs is killed first. */
  public void restart() throws IOException {
    process.kill();
    process = ChildJvm.start(command);
  }

  /** Of the process that runs now, or ran last. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for it to end by itself.
   *
   * @return its exit code
   * @throws IOException if it does not end in time
   */
  public int awaitEnd(Duration deadline) throws IOException, InterruptedException {
    return process.awaitEnd(deadline);
  }

  /** What it printed and logged. */
  public Path log() {
    return command.directory().resolve(command.name() + ".log");
  }

  @Override
  public void close() {
    process.close();
  }
}
