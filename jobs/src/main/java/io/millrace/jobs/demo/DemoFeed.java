package io.millrace.jobs.demo;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Transactions for whatever job scores them, until the time is over or the calling thread is
 * interrupted. Their numbers go on where those in the topic end.
 *
 * <pre>{@code
 * new DemoFeed("localhost:9092", 1_000, null, out, false).run();
 * }</pre>
 */
public final class DemoFeed {
  /** A look at the topic's beginning is to find what transactions are like, and no defect. */
  private static final long SOUND = 1_000;

  private static final Duration LINE = Duration.ofSeconds(5);
  private static final Duration REDRAW = Duration.ofMillis(500);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final KafkaClientProperties client;
  private final int ratePerSecond;
  private final @Nullable Integer seconds;
  private final PrintWriter out;
  private final boolean terminal;
  private final String topic = Topics.DEMO.input();

  /**
   * @param seconds null for no end
   * @param terminal whether {@code out} is one, whose line may be drawn over
   * @throws IllegalArgumentException if there are no servers
   */
  public DemoFeed(
      String bootstrapServers,
      int ratePerSecond,
      @Nullable Integer seconds,
      PrintWriter out,
      boolean terminal) {
    this.client = new KafkaClientProperties(bootstrapServers, Map.of());
    this.ratePerSecond = ratePerSecond;
    this.seconds = seconds;
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Blocks until the end. An interrupt is one, and stays set.
   *
   * @throws IOException in one line, if the broker does not take the transactions
   */
  public void run() throws IOException {
    long firstId = recordsInTopic();
    Pace pace = new Pace(ratePerSecond, Duration.ZERO);
    TransactionFeed feed =
        new TransactionFeed(
            client.bootstrapServers(),
            topic,
            new TransactionRecords(firstId + 1, firstId, SOUND),
            (entry, at) -> {},
            seconds == null ? Long.MAX_VALUE : pace.due(Duration.ofSeconds(seconds)),
            pace);
    FutureTask<@Nullable Void> feeding = new FutureTask<>(feed);
    Thread thread = new Thread(feeding, "demo feed");
    thread.setDaemon(true);
    long start = System.nanoTime();
    thread.start();
    try {
      watch(feed, feeding, start);
    } finally {
      feeding.cancel(true);
      out.print(terminal ? "\r\033[2K" : "");
      out.println(account(feed, start) + " to topic " + topic);
      out.flush();
    }
  }

  private void watch(TransactionFeed feed, FutureTask<@Nullable Void> feeding, long start)
      throws IOException {
    try {
      while (!isDone(feeding, terminal ? REDRAW : LINE)) {
        String line = account(feed, start);
        out.print(terminal ? "\r\033[2K" + line : line + System.lineSeparator());
        out.flush();
      }
    } catch (InterruptedException e) {
      finish(feed, feeding);
      Thread.currentThread().interrupt();
    }
  }

  private void finish(TransactionFeed feed, FutureTask<@Nullable Void> feeding) throws IOException {
    feed.stop();
    try {
      if (!isDone(feeding, GRACE)) {
        throw new IOException(
            "%d of %d transactions are not acknowledged: %s does not answer"
                .formatted(
                    feed.sent() - feed.acknowledged(), feed.sent(), client.bootstrapServers()));
      }
    } catch (InterruptedException e) {
      // Told twice: what is not acknowledged by now is not waited for.
    }
  }

  private boolean isDone(FutureTask<@Nullable Void> feeding, Duration patience)
      throws IOException, InterruptedException {
    try {
      feeding.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() instanceof ExecutionException ? e.getCause() : e;
      throw new KafkaConnection(client)
          .failure("cannot send to topic '" + topic + "'", cause.getCause());
    }
  }

  private static String account(TransactionFeed feed, long start) {
    double elapsed = (System.nanoTime() - start) / 1e9;
    return String.format(
        Locale.ROOT,
        "%,d transactions sent in %.0f s (%,.0f/s)",
        feed.acknowledged(),
        elapsed,
        feed.acknowledged() / elapsed);
  }

  private long recordsInTopic() throws IOException {
    KafkaConnection connection = new KafkaConnection(client);
    int partitions = connection.partitionCounts(List.of(topic)).getOrDefault(topic, 0);
    Map<TopicPartition, OffsetSpec> ends =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
    try (Admin admin = Admin.create(connection.properties())) {
      return admin.listOffsets(ends).all().get().values().stream()
          .mapToLong(ListOffsetsResultInfo::offset)
          .sum();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped before the first transaction", e);
    } catch (ExecutionException e) {
      throw connection.failure("cannot look up the end of topic '" + topic + "'", e.getCause());
    } catch (KafkaException e) {
      throw connection.failure("cannot look up the end of topic '" + topic + "'", e);
    }
  }
}
