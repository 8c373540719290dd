package io.millrace.testing.check;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads topics as a read-committed consumer while they grow, from their start, on a thread of its
 * own. Brokers may come and go meanwhile.
 *
 * <pre>{@code
 * try (CommittedFollower follower =
 *     CommittedFollower.start(broker.bootstrapServers(), List.of("scored"), seen::add)) {
 *   ...
 *   follower.count();
 * }
 * }</pre>
 */
public final class CommittedFollower implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final CommittedTopic.Reader reader;
  private final AtomicInteger count = new AtomicInteger();
  private final Thread thread;
  private volatile @Nullable Exception failure;

  private CommittedFollower(
      Consumer<byte[], byte[]> consumer, String name, CommittedTopic.Reader reader) {
    this.consumer = consumer;
    this.reader = reader;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /**
   * Begins to read.
   *
   * @param reader gets each record once, on the follower's thread
   */
  public static CommittedFollower start(
      String bootstrapServers, List<String> topics, CommittedTopic.Reader reader) {
    KafkaConsumer<byte[], byte[]> consumer =
        CommittedTopic.consumer(bootstrapServers, "read_committed", CommittedTopic.REQUEST);
    List<TopicPartition> partitions =
        topics.stream()
            .flatMap(topic -> CommittedTopic.partitions(consumer, topic).stream())
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    CommittedFollower follower = new CommittedFollower(consumer, "follower of " + topics, reader);
    follower.thread.start();
    return follower;
  }

  private void run() {
    try (consumer) {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          reader.read(record);
          count.incrementAndGet();
        }
      }
    } catch (WakeupException e) {
      // Closed.
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  /**
   * How many records were read by now.
   *
   * @throws IOException if reading has failed
   */
  public int count() throws IOException {
    Exception cause = failure;
    if (cause != null) {
      throw new IOException(thread.getName() + ": " + cause, cause);
    }
    return count.get();
  }

  /** Ends the reading; nothing is handed on after it has returned. Idempotent. */
  @Override
  public void close() throws InterruptedException {
    consumer.wakeup();
    thread.join();
  }
}
