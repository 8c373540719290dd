package io.millrace.connectors.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Partitions of a topic, first to the ends that they had when this was opened, then what comes.
 * Records of transactions that are not committed are not read. For one thread; whoever opened it
 * closes it.
 *
 * <pre>{@code
 * try (TopicReader reader = TopicReader.ofAll(connection, "control topic 'models'", partitions)) {
 *   reader.toEnds(record -> read(record));
 * }
 * }</pre>
 */
public final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration STALL = Duration.ofSeconds(30);

  private final KafkaConnection connection;
  private final String what;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> ends;

  private TopicReader(
      KafkaConnection connection,
      String what,
      KafkaConsumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends) {
    this.connection = connection;
    this.what = what;
    this.consumer = consumer;
    this.ends = Map.copyOf(ends);
  }

  /**
   * From the beginning.
   *
   * @param what it is, as {@code control topic 'models'}, for messages
   * @throws IOException if the broker does not answer within seconds; the message is one line
   */
  public static TopicReader ofAll(
      KafkaConnection connection, String what, Collection<TopicPartition> partitions)
      throws IOException {
    return open(
        connection,
        what,
        "earliest",
        consumer -> {
          consumer.assign(partitions);
          consumer.seekToBeginning(partitions);
          return consumer.endOffsets(partitions);
        });
  }

  /**
   * A stretch of a partition. That records of it are gone is an error.
   *
   * @param begin offset of the first
   * @param end offset behind the last
   */
  public static TopicReader of(
      KafkaConnection connection, String what, TopicPartition partition, long begin, long end)
      throws IOException {
    return open(
        connection,
        what,
        "none",
        consumer -> {
          consumer.assign(List.of(partition));
          consumer.seek(partition, begin);
          return Map.of(partition, end);
        });
  }

  /** Says what is read, and gives the ends. */
  @FunctionalInterface
  private interface Assignment {
    Map<TopicPartition, Long> assign(KafkaConsumer<byte[], byte[]> consumer);
  }

  private static TopicReader open(
      KafkaConnection connection, String what, String reset, Assignment assignment)
      throws IOException {
    KafkaConsumer<byte[], byte[]> opened = null;
    boolean ready = false;
    try {
      opened =
          new KafkaConsumer<>(
              properties(connection, reset),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer());
      TopicReader reader = new TopicReader(connection, what, opened, assignment.assign(opened));
      ready = true;
      return reader;
    } catch (KafkaException e) {
      throw connection.failure("cannot read " + what, e);
    } finally {
      if (opened != null && !ready) {
        opened.close();
      }
    }
  }

  private static Properties properties(KafkaConnection connection, String reset) {
    Properties properties = connection.properties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
    return properties;
  }

  /** The end that a partition had. */
  public long end(TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  /**
   * Reads to the ends, and may read beyond.
   *
   * @throws IOException if it stalls or cannot be read
   */
  public void toEnds(ThrowingConsumer<ConsumerRecord<byte[], byte[]>, IOException> reader)
      throws IOException {
    try {
      long progressNanos = System.nanoTime();
      long before = -1;
      // The position, not the last record, tells the end: compaction and transactions leave gaps.
      for (long left = left(); left > 0; left = left()) {
        if (left != before) {
          before = left;
          progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos > STALL.toNanos()) {
          throw new IOException(
              "%s stalls %d records before its end: none for %d s"
                  .formatted(what, left, STALL.toSeconds()));
        }
        read(POLL, reader);
      }
    } catch (KafkaException e) {
      throw connection.failure("cannot read " + what, e);
    }
  }

  private long left() {
    long left = 0;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      left += Math.max(0, end.getValue() - consumer.position(end.getKey()));
    }
    return left;
  }

  /**
   * Reads what is there, or else what comes within the time.
   *
   * @throws IOException if it cannot be read
   */
  public void next(
      Duration patience, ThrowingConsumer<ConsumerRecord<byte[], byte[]>, IOException> reader)
      throws IOException {
    try {
      read(patience, reader);
    } catch (KafkaException e) {
      throw connection.failure("cannot read " + what, e);
    }
  }

  private void read(
      Duration patience, ThrowingConsumer<ConsumerRecord<byte[], byte[]>, IOException> reader)
      throws IOException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      reader.accept(record);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
