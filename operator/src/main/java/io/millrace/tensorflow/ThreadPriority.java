package io.millrace.tensorflow;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a thread gets of processors that others want too: {@code setpriority(2)}, which on Linux is
 * of one thread and is passed on to those that it starts. {@link Thread#setPriority} does nothing
 * there.
 */
public final class ThreadPriority {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadPriority.class);

  private static final String C_LIBRARY = "libc.so.6";
  private static final int RTLD_LAZY = 1;
  private static final int PRIO_PROCESS = 0;
  private static final int THIS_THREAD = 0;

  /** A tenth of what a thread of the usual priority gets beside it (man 7 sched). */
  private static final int NICE = 10;

  private ThreadPriority() {}

  /**
   * Has the calling thread step back behind all that are not niced, until it ends: there is no way
   * up again. Without the right, or without JNA, it goes on as before.
   */
  public static void lower() {
    try {
      // See NativeFiles: not open for longer than the call, and one at a time.
      synchronized (NativeLibrary.class) {
        try (NativeLibrary library =
            NativeLibrary.getInstance(C_LIBRARY, Map.of(Library.OPTION_OPEN_FLAGS, RTLD_LAZY))) {
          Function setPriority = library.getFunction("setpriority");
          int result = setPriority.invokeInt(new Object[] {PRIO_PROCESS, THIS_THREAD, NICE});
          if (result != 0) {
            LOG.debug("setpriority returned {}", result);
          }
        }
      }
    } catch (LinkageError e) {
      LOG.debug("{} keeps its priority", Thread.currentThread(), e);
    }
  }
}
