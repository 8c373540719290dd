package io.millrace.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends this process when it takes too much memory, before the machine has none left: others, probes
 * among them, may take what was free when its limit was set.
 */
final class MemoryWatch {
  private static final int EXIT_TOO_LARGE = 4;
  private static final long POLL_MILLIS = 20;

  private final long maxBytes;
  private final Runnable farewell;

  private MemoryWatch(long maxBytes, Runnable farewell) {
    this.maxBytes = maxBytes;
    this.farewell = farewell;
  }

  /**
   * @param maxBytes resident bytes at the most
   * @param farewell runs before the process ends
   */
  static void start(long maxBytes, Runnable farewell) {
    MemoryWatch watch = new MemoryWatch(maxBytes, farewell);
    Thread thread = new Thread(watch::run, "memory watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      String excess = excess();
      while (excess == null) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        excess = excess();
      }
      System.out.print("\n" + excess + "\n");
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    farewell.run();
    Runtime.getRuntime().halt(EXIT_TOO_LARGE);
  }

  private @Nullable String excess() throws IOException {
    if (ResidentMemory.bytes() > maxBytes) {
      return "more than " + (maxBytes >> 20) + " MiB of memory taken";
    }
    MemoryRoom room = MemoryRoom.of(Path.of("/"));
    return room.isTight()
        ? "only " + (room.free() >> 20) + " MiB of memory are left free beside it"
        : null;
  }
}
