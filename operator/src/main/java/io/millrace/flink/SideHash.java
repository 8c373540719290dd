package io.millrace.flink;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Hashes what is copied on a thread beside the copy, for it takes about as long. Buffers take
 * turns: one is filled while those before it are hashed. Used by one thread, which closes it.
 */
final class SideHash implements AutoCloseable {
  static final int BUFFER_BYTES = 1 << 20;
  private static final int BUFFERS = 4;

  private final CopyThread thread = new CopyThread("millrace hash");
  private final byte[][] buffers = new byte[BUFFERS][BUFFER_BYTES];
  private final List<@Nullable Future<@Nullable Void>> hashed =
      new ArrayList<>(Collections.nCopies(BUFFERS, null));
  private int turn;

  /** The buffer whose turn it is, which nobody reads any more. */
  byte[] nextBuffer() throws IOException {
    turn = (turn + 1) % BUFFERS;
    await(turn);
    return buffers[turn];
  }

  /** Adds the beginning of that buffer, behind all that was added before. */
  void update(MessageDigest sha256, int length) throws IOException {
    byte[] buffer = buffers[turn];
    if (length == buffer.length) {
      hashed.set(
          turn,
          thread.submit(
              () -> {
                sha256.update(buffer, 0, length);
                return null;
              }));
    } else {
      // The end of a file, or all of it: not worth a thread.
      awaitAll();
      sha256.update(buffer, 0, length);
    }
  }

  /** The hash of all that was added. */
  byte[] digest(MessageDigest sha256) throws IOException {
    awaitAll();
    return sha256.digest();
  }

  private void awaitAll() throws IOException {
    for (int i = 0; i < BUFFERS; i++) {
      await(i);
    }
  }

  private void await(int which) throws IOException {
    Future<@Nullable Void> task = hashed.get(which);
    hashed.set(which, null);
    CopyThread.await(task);
  }

  @Override
  public void close() {
    thread.close();
  }
}
