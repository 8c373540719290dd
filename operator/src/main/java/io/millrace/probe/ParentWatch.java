package io.millrace.probe;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends this process when standard input does. The operating system closes that pipe when the parent
 * dies, by {@code kill -9} too, so no probe outlives its TaskManager.
 */
final class ParentWatch {
  private static final int EXIT_ORPHANED = 5;

  private ParentWatch() {}

  static void start(InputStream in) {
    Thread thread = new Thread(() -> haltAtEnd(in), "parent watch");
    thread.setDaemon(true);
    thread.start();
  }

  private static void haltAtEnd(InputStream in) {
    try {
      while (in.read() >= 0) {
        // Nothing more is sent: only the end counts.
      }
    } catch (IOException e) {
      // A broken pipe is an end as well.
    }
    // Not exit: that would wait for shutdown hooks, and native code may be at work for hours.
    Runtime.getRuntime().halt(EXIT_ORPHANED);
  }
}
