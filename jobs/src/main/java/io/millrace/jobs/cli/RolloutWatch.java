package io.millrace.jobs.cli;

import io.millrace.connectors.control.EventReader;
import io.millrace.model.ModelEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import org.apache.flink.util.TimeUtils;

/** Follows a rollout on the status topic, from before the version is published. */
final class RolloutWatch implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);

  private final EventReader reader;
  private final Rollout rollout;
  private final Duration patience;
  private final PrintWriter err;

  private RolloutWatch(EventReader reader, Rollout rollout, Duration patience, PrintWriter err) {
    this.reader = reader;
    this.rollout = rollout;
    this.patience = patience;
    this.err = err;
  }

  /**
   * @param reader owned by the watch, also if this fails
   * @param err where progress is shown
   */
  static RolloutWatch open(EventReader reader, Rollout rollout, Duration patience, PrintWriter err)
      throws IOException {
    boolean opened = false;
    try {
      reader.history().forEach(rollout::before);
      opened = true;
      return new RolloutWatch(reader, rollout, patience, err);
    } finally {
      if (!opened) {
        reader.close();
      }
    }
  }

  /**
   * Waits until the version scores on every subtask.
   *
   * @throws CommandException if a subtask rejects it or lets it go, or the time is over
   */
  void await() throws CommandException, IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!rollout.isComplete()) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (left.isNegative() || left.isZero()) {
        throw CommandException.failed(
            "%s does not score everywhere after %s: %s"
                .formatted(rollout, TimeUtils.formatWithHighestUnit(patience), rollout.missing()),
            null);
      }
      for (ModelEvent event : reader.next(left.compareTo(POLL) < 0 ? left : POLL)) {
        if (rollout.accept(event)) {
          err.println(line(event));
          check(event);
        }
      }
    }
  }

  private void check(ModelEvent event) throws CommandException {
    if (event.reason() != null) {
      throw CommandException.rejected("rejected: " + line(event));
    }
    if (rollout.isWithdrawn()) {
      throw CommandException.failed(
          "let go before it scored, as another version was ordered: " + line(event), null);
    }
  }

  private static String line(ModelEvent event) {
    String where =
        "%s/%d on subtask %d of %d of job %s"
            .formatted(
                event.model(), event.version(), event.subtask(), event.parallelism(), event.job());
    return event.reason() == null
        ? "%s: %s%s".formatted(where, event.state(), event.active() ? ", scores" : "")
        : "%s: %s %s".formatted(where, event.reason(), event.message());
  }

  @Override
  public void close() {
    reader.close();
  }
}
