package io.millrace.flink;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingRunnable;

/** A daemon thread beside the task's, which hands results over by mail. */
final class SideThread {
  /** A cancelled task must be back within five seconds, and has two of these. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final ExecutorService executor;
  private final MailboxExecutor mailbox;

  SideThread(String name, MailboxExecutor mailbox) {
    this.mailbox = mailbox;
    this.executor =
        Executors.newSingleThreadExecutor(
            runnable -> {
              Thread thread = new Thread(runnable, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs an action on the thread, behind those that were submitted before. */
  Future<?> submit(Runnable action) {
    return executor.submit(action);
  }

  /** Runs an action on the task thread, or not at all if the task has ended. */
  void mail(ThrowingRunnable<? extends Exception> action, String what) {
    try {
      mailbox.execute(action, what);
    } catch (RejectedExecutionException e) {
      // The task has ended: whoever closes it takes care of what the action would have.
    }
  }

  /**
   * Ends the thread behind what was submitted, which is not dropped: a model that waits to be
   * closed must be. Waits for that, but not for long, since native code cannot be interrupted.
   */
  void close() {
    executor.shutdown();
    try {
      executor.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
