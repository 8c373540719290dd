package io.millrace.flink;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingRunnable;

/** Runs batches beside the task thread, one after the other, and says by mail that one is done. */
final class BatchThread {
  private final SideThread thread;
  private volatile boolean cancelled;

  BatchThread(String name, MailboxExecutor mailbox) {
    this.thread = new SideThread(name, mailbox);
  }

  /** Hands a batch over; {@code whenDone} runs on the task thread. */
  void submit(RecordBatch batch, ThrowingRunnable<Exception> whenDone) {
    thread.submit(
        () -> {
          if (!cancelled) {
            batch.run();
            thread.mail(whenDone, "emit a batch");
          }
        });
  }

  /**
   * Ends the thread. {@code release} is called on it behind a run in progress, so that no session
   * is closed under a run.
   */
  void close(Runnable release) {
    cancelled = true;
    thread.submit(release);
    thread.close();
  }
}
