package io.millrace.testing.processes;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a child JVM runs: the main class named by the first argument, until standard input ends. The
 * operating system closes that pipe when the parent dies, however it dies, so no server is left
 * behind by a {@code kill -9}.
 *
 * <p>It is copied alone onto the child's class path: it may use nothing but the JDK, and no nested
 * class.
 */
final class ChildMain {
  private static final long SHUTDOWN_SECONDS = 20;

  private ChildMain() {}

  @SuppressWarnings("SystemExitOutsideMain") // Ending the process is this class's purpose.
  public static void main(String[] args) throws ReflectiveOperationException {
    daemon("parent watch", ChildMain::exitWithParent);
    String[] rest = Arrays.copyOfRange(args, 1, args.length);
    try {
      Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    } catch (InvocationTargetException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  @SuppressWarnings("SystemExitOutsideMain")
  private static void exitWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent: only the end counts.
      }
    } catch (IOException e) {
      // A broken pipe is an end as well.
    }
    daemon("shutdown watch", ChildMain::haltAfterGrace);
    System.exit(0);
  }

  /** Shutdown hooks that hang must not keep the process. */
  private static void haltAfterGrace() {
    try {
      new CountDownLatch(1).await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }
}
