package io.millrace.flink;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hashes what is copied on a thread beside the copy, for it takes about as long. Two buffers take
 * turns: one is filled while the other is hashed. Used by one thread, which closes it.
 */
final class SideHash implements AutoCloseable {
  static final int BUFFER_BYTES = 1 << 20;
  private static final long CLOSE_SECONDS = 2;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread hashing = new Thread(task, "millrace hash");
            hashing.setDaemon(true);
            return hashing;
          });
  private final byte[][] buffers = new byte[2][BUFFER_BYTES];
  private final @Nullable Future<?>[] hashed = new Future<?>[2];
  private int turn;

  /** The buffer whose turn it is, which nobody reads any more. */
  byte[] nextBuffer() throws IOException {
    turn = 1 - turn;
    await(turn);
    return buffers[turn];
  }

  /** Adds the beginning of that buffer, behind all that was added before. */
  void update(MessageDigest sha256, int length) throws IOException {
    byte[] buffer = buffers[turn];
    if (length == buffer.length) {
      hashed[turn] = thread.submit(() -> sha256.update(buffer, 0, length));
    } else {
      // The end of a file, or all of it: not worth a thread.
      await(1 - turn);
      sha256.update(buffer, 0, length);
    }
  }

  /** The hash of all that was added. */
  byte[] digest(MessageDigest sha256) throws IOException {
    await(0);
    await(1);
    return sha256.digest();
  }

  private void await(int which) throws IOException {
    Future<?> task = hashed[which];
    if (task == null) {
      return;
    }
    hashed[which] = null;
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    } catch (ExecutionException e) {
      throw new IllegalStateException("hashing failed", e.getCause());
    }
  }

  /** Ends the thread behind what it is at, which takes it a moment. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
