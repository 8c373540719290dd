package io.millrace.serving;

import java.time.Duration;

/**
 * When an open batch is due, with at most one timer outstanding: a batch that was flushed because
 * it was full leaves its timer to the batch after it. Times are readings of a monotonic clock in
 * nanoseconds. Not thread-safe.
 */
public final class BatchDeadline {
  /** Timers tick in milliseconds: what is due within half of one is due. */
  private static final long SLACK_NANOS = 500_000;

  private final long timeoutNanos;
  private boolean open;
  private boolean timerSet;
  private long openedAt;

  public BatchDeadline(Duration timeout) {
    this.timeoutNanos = timeout.toNanos();
  }

  /**
   * A batch got its first record.
   *
   * @return whether the caller is to set a timer, {@link #timeoutNanos} from now
   */
  public boolean opened(long now) {
    open = true;
    openedAt = now;
    boolean needsTimer = !timerSet;
    timerSet = true;
    return needsTimer;
  }

  /** The open batch was flushed. */
  public void flushed() {
    open = false;
  }

  /**
   * The timer went off.
   *
   * @return nanoseconds until the open batch is due: 0 if it is to be flushed now, more if the
   *     caller is to set the timer again, -1 if there is no open batch
   */
  public long onTimer(long now) {
    timerSet = false;
    if (!open) {
      return -1;
    }
    long left = timeoutNanos - (now - openedAt);
    if (left <= SLACK_NANOS) {
      return 0;
    }
    timerSet = true;
    return left;
  }

  /** How long the first record of a batch waits at the most. */
  public long timeoutNanos() {
    return timeoutNanos;
  }
}
