package io.millrace.flink;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A thread beside one that copies, which does one thing after the other. */
final class CopyThread implements AutoCloseable {
  private static final long CLOSE_SECONDS = 2;

  private final ExecutorService executor;

  CopyThread(String name) {
    executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  Future<@Nullable Void> submit(Callable<@Nullable Void> work) {
    return executor.submit(work);
  }

  /**
   * Waits for the end of what was submitted, if anything was.
   *
   * @throws IOException that of the work
   * @throws InterruptedIOException if the wait is interrupted, as the thread then is still
   */
  static void await(@Nullable Future<@Nullable Void> work) throws IOException {
    if (work == null) {
      return;
    }
    try {
      work.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("beside a copy: " + e.getCause(), e.getCause());
    }
  }

  /** Ends the thread behind what it is at, which takes it a moment. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
