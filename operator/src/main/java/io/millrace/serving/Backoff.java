package io.millrace.serving;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often something is tried again, and how long to wait before: twice as long each time, up to a
 * limit, less a random part of up to a half, so that many who failed together do not come back
 * together.
 *
 * @param retries after the first try; 0 or more
 * @param first before the first retry, unless chance shortens it
 * @param longest before any retry
 */
public record Backoff(int retries, Duration first, Duration longest) {
  /**
   * @throws IllegalArgumentException for a negative number, or durations that are not in order
   */
  public Backoff {
    if (retries < 0) {
      throw new IllegalArgumentException(retries + " retries: expected 0 or more");
    }
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "waits from " + first + " to " + longest + ": expected above zero and ascending");
    }
  }

  /**
   * How long to wait before a retry.
   *
   * @param retry 1 for the first
   */
  public Duration delay(int retry, RandomGenerator random) {
    long nanos = first.toNanos();
    long limit = longest.toNanos();
    for (int i = 1; i < retry && nanos < limit; i++) {
      nanos = nanos > limit / 2 ? limit : nanos * 2;
    }
    return Duration.ofNanos(nanos - (long) (random.nextDouble() * (nanos / 2)));
  }
}
