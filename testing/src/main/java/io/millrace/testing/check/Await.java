package io.millrace.testing.check;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Polls for what another thread or process brings about. */
public final class Await {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(20);

  private Await() {}

  /** Polls 50 times a second, for three minutes at the most. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, PATIENCE, POLL, condition);
  }

  /**
   * @param poll between two looks: longer where a look takes something from what is tested
   * @throws AssertionError naming what did not come about within the patience
   */
  public static void until(
      String what, Duration patience, Duration poll, Callable<Boolean> condition) throws Exception {
    first(what, patience, poll, condition, Boolean::booleanValue);
  }

  /**
   * Polls for something that is wanted itself.
   *
   * @return the first look that is enough
   * @throws AssertionError naming what did not come about within the patience, and the last look
   */
  public static <T> T first(
      String what, Duration patience, Duration poll, Callable<T> look, Predicate<T> enough)
      throws Exception {
    long start = System.nanoTime();
    T last = look.call();
    while (!enough.test(last)) {
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new AssertionError(
            "not within " + patience.toSeconds() + " s: " + what + " (last look: " + last + ")");
      }
      TimeUnit.NANOSECONDS.sleep(poll.toNanos());
      last = look.call();
    }
    return last;
  }
}
