package io.millrace.jobs.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as an interrupt of the command's own thread, which has time to clean up: the
 * JVM ends once this is closed.
 *
 * <pre>{@code
 * try (StopSignal stop = StopSignal.install()) {
 *   server.await();
 * } catch (InterruptedException e) {
 *   Thread.currentThread().interrupt(); // An end like any other.
 * }
 * }</pre>
 */
final class StopSignal implements AutoCloseable {
  private static final long GRACE_SECONDS = 40;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook;

  private StopSignal(Thread command) {
    this.hook =
        new Thread(
            () -> {
              command.interrupt();
              awaitEnd();
            },
            "millrace stop");
  }

  /** For the thread that calls. */
  static StopSignal install() {
    StopSignal signal = new StopSignal(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  private void awaitEnd() {
    try {
      if (!over.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("millrace: gave up waiting for the command to clean up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is on its way out, and the hook runs.
    }
  }
}
