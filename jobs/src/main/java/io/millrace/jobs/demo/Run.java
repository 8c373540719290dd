package io.millrace.jobs.demo;

import io.millrace.jobs.LocalFlink;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import io.millrace.model.VersionState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The stream from its first record to its last: a feed, a reader and the job between them. */
final class Run implements AutoCloseable {
  private static final long TICK_MILLIS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** How long the last records wait for the second version: less than a stream may stand still. */
  private static final Duration SWITCH_PATIENCE = Duration.ofSeconds(60);

  /** One record in so many waits for the second version, however slow the machine is. */
  private static final int HELD_BACK = 10;

  /** Makes the second version known. */
  @FunctionalInterface
  interface Publication {
    /** Returns when the command was sent. */
    Instant publish() throws IOException, InterruptedException, ModelException;
  }

  private final TransactionFeed feed;
  private final ResultReader results;
  private final StatusLog status;
  private final LocalFlink flink;
  private final ExecutorService threads;
  private final Future<Void> reading;

  Run(TransactionFeed feed, ResultReader results, StatusLog status, LocalFlink flink) {
    this.feed = feed;
    this.results = results;
    this.status = status;
    this.flink = flink;
    this.threads =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "demo");
              thread.setDaemon(true);
              return thread;
            });
    this.reading = threads.submit(results);
  }

  /** Waits until a version scores on this many subtasks. */
  void awaitLive(int subtasks) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (status.liveVersions().size() < subtasks) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "after %d s a version scores on %d subtasks: expected %d; the status topic says %s"
                .formatted(
                    PATIENCE.toSeconds(), status.liveVersions().size(), subtasks, status.events()));
      }
      tick();
    }
    status.drain();
  }

  /**
   * Lets the transactions flow until all have come back, or none has for two minutes.
   *
   * @return when the second version was published
   */
  Instant flow(Progress progress, int total, Publication publication) throws Exception {
    feed.holdBack(total / HELD_BACK);
    Future<Void> feeding = threads.submit(feed);
    Gauges gauges = new Gauges(total, results, status);
    Instant publishedAt = null;
    int returned = 0;
    long lastReturn = System.nanoTime();
    while (!feeding.isDone() || returned < total) {
      tick();
      if (feeding.isDone()) {
        feeding.get();
      }
      if (publishedAt == null && feed.sent() >= total / 2) {
        publishedAt = publication.publish();
        progress.say("fraud/2 published");
      }
      for (ModelEvent event : status.drain()) {
        tell(progress, event, publishedAt);
      }
      if (publishedAt != null && isSwitched(publishedAt)) {
        feed.release();
      }
      progress.show(gauges.read());
      if (results.returned() > returned) {
        returned = results.returned();
        lastReturn = System.nanoTime();
      } else if (System.nanoTime() - lastReturn > PATIENCE.toNanos()) {
        break;
      }
    }
    return publishedAt == null ? Instant.now() : publishedAt;
  }

  /**
   * Whether each subtask has gone over to what was published, or one refused it or had its time.
   */
  private boolean isSwitched(Instant publishedAt) {
    return status.events().stream().anyMatch(event -> event.reason() != null)
        || status.liveVersions().values().stream().allMatch(version -> version > 1)
        || Duration.between(publishedAt, Instant.now()).compareTo(SWITCH_PATIENCE) > 0;
  }

  private static void tell(Progress progress, ModelEvent event, @Nullable Instant publishedAt) {
    String where = "subtask " + event.subtask() + ": " + event.model() + "/" + event.version();
    if (event.reason() != null) {
      progress.say(where + " refused, " + event.reason() + ": " + event.message());
    } else if (StatusLog.isLive(event) && publishedAt != null) {
      long millis = Duration.between(publishedAt, event.time()).toMillis();
      progress.say(String.format(Locale.ROOT, "%s scores, %,d ms later", where, millis));
    } else if (event.state() == VersionState.END) {
      progress.say(where + " let go");
    }
  }

  /** Stops the job, so that nobody writes any more, and reads what it left to the end. */
  void finish() throws Exception {
    flink.close();
    results.finish();
    reading.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void tick() throws Exception {
    try {
      reading.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
      throw new IllegalStateException("the reader ended before it was told to");
    } catch (TimeoutException stillReading) {
      flink.checkRunning();
    }
  }

  @Override
  public void close() throws InterruptedException {
    threads.shutdownNow();
    threads.awaitTermination(10, TimeUnit.SECONDS);
  }
}
