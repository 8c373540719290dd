package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A topic from its beginning, first to the end that it had when this was opened, then what comes.
 * Records of transactions that are not committed are not read. For one thread.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration STALL = Duration.ofSeconds(30);

  private final KafkaConnection connection;
  private final String what;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> ends;

  /**
   * @param what it is, as {@code control topic 'models'}, for messages
   * @throws IOException if the broker does not answer within seconds; the message is one line
   */
  TopicReader(KafkaConnection connection, String what, Collection<TopicPartition> partitions)
      throws IOException {
    this.connection = connection;
    this.what = what;
    KafkaConsumer<byte[], byte[]> opened = null;
    boolean ready = false;
    try {
      opened =
          new KafkaConsumer<>(
              properties(connection), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      opened.assign(partitions);
      opened.seekToBeginning(partitions);
      this.ends = Map.copyOf(opened.endOffsets(partitions));
      this.consumer = opened;
      ready = true;
    } catch (KafkaException e) {
      throw connection.failure("cannot read " + what, e);
    } finally {
      if (opened != null && !ready) {
        opened.close();
      }
    }
  }

  private static Properties properties(KafkaConnection connection) {
    Properties properties = connection.properties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  /** The end that a partition had. */
  long end(TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  /**
   * Reads to the ends, and may read beyond.
   *
   * @throws IOException if it stalls or cannot be read
   */
  void toEnds(Consumer<ConsumerRecord<byte[], byte[]>> reader) throws IOException {
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
        consumer.poll(POLL).forEach(reader);
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
  void next(Duration patience, Consumer<ConsumerRecord<byte[], byte[]>> reader) throws IOException {
    try {
      consumer.poll(patience).forEach(reader);
    } catch (KafkaException e) {
      throw connection.failure("cannot read " + what, e);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
