package io.millrace.tensorflow;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a thread gets of processors that others want too: {@code nice(2)}, which on Linux is of one
 * thread and is passed on to those that it starts. {@link Thread#setPriority} does nothing there.
 */
public final class ThreadPriority {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadPriority.class);

  private static final String C_LIBRARY = "libc.so.6";
  private static final int RTLD_LAZY = 1;

  /** A ninth of what a thread gets beside it that has not stepped back (man 7 sched). */
  private static final int STEPS = 10;

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
          Function nice = library.getFunction("nice");
          LOG.debug("The nice value is {} now", nice.invokeInt(new Object[] {STEPS}));
        }
      }
    } catch (LinkageError e) {
      LOG.debug("{} keeps its priority", Thread.currentThread(), e);
    }
  }
}
