package io.millrace.flink;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingRunnable;

/** Runs batches beside the task thread, one after the other, and says by mail that one is done. */
final class BatchThread {
  private static final long CLOSE_SECONDS = 3;

  private final ExecutorService executor;
  private final MailboxExecutor mailbox;
  private volatile boolean cancelled;

  BatchThread(String name, MailboxExecutor mailbox) {
    this.mailbox = mailbox;
    this.executor =
        Executors.newSingleThreadExecutor(
            runnable -> {
              Thread thread = new Thread(runnable, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Hands a batch over; {@code whenDone} runs on the task thread. */
  void submit(RecordBatch batch, ThrowingRunnable<Exception> whenDone) {
    executor.execute(
        () -> {
          if (cancelled) {
            return;
          }
          batch.run();
          try {
            mailbox.execute(whenDone, "emit a batch");
          } catch (RejectedExecutionException e) {
            // The task has ended; it drops its batches in close().
          }
        });
  }

  /**
   * Ends the thread. A native run cannot be interrupted: {@code release} is called behind it, on
   * this thread, so that no session is closed under a run; the caller waits for that, but not for
   * long.
   */
  void close(Runnable release) {
    cancelled = true;
    executor.execute(release);
    executor.shutdown();
    try {
      executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
