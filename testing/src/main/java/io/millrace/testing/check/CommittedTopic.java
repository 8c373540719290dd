package io.millrace.testing.check;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic as a read-committed consumer sees it, outside any group. */
public final class CommittedTopic {
  static final Duration REQUEST = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(200);

  private CommittedTopic() {}

  /** Takes a record; what it throws ends the reading. */
  @FunctionalInterface
  public interface Reader {
    void read(ConsumerRecord<byte[], byte[]> record) throws IOException;
  }

  /**
   * Reads the topic from its start to the end of what is committed when the call begins; records
   * behind an open transaction are not in it, and some committed later may be.
   *
   * @param timeout for the whole call
   * @return in order within each partition
   * @throws IOException if the end was not reached in time
   */
  public static List<ConsumerRecord<byte[], byte[]>> read(
      String bootstrapServers, String topic, Duration timeout) throws IOException {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    read(bootstrapServers, topic, timeout, records::add);
    return records;
  }

  /** As {@link #read(String, String, Duration)}, for a topic that is too large to be kept. */
  public static void read(String bootstrapServers, String topic, Duration timeout, Reader reader)
      throws IOException {
    try (Consumer<byte[], byte[]> consumer =
        consumer(bootstrapServers, "read_committed", timeout)) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      readTo(consumer, consumer.endOffsets(partitions), timeout, reader);
    }
  }

  /** How many records the topic holds, those in open and aborted transactions and markers too. */
  public static long countAll(String bootstrapServers, String topic) {
    try (Consumer<byte[], byte[]> consumer =
        consumer(bootstrapServers, "read_uncommitted", REQUEST)) {
      return consumer.endOffsets(partitions(consumer, topic)).values().stream()
          .mapToLong(end -> end)
          .sum();
    }
  }

  static KafkaConsumer<byte[], byte[]> consumer(
      String bootstrapServers, String isolation, Duration timeout) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            isolation,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            Math.toIntExact(timeout.toMillis()));
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  // A topic that was created a moment ago may not have any yet, as far as the client can see.
  static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    long deadline = System.nanoTime() + REQUEST.toNanos();
    List<PartitionInfo> partitions = consumer.partitionsFor(topic);
    while (partitions.isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("topic '" + topic + "' has no partitions");
      }
      partitions = consumer.partitionsFor(topic);
    }
    return partitions.stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  private static void readTo(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      Duration timeout,
      Reader reader)
      throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    long count = 0;
    while (!reached(consumer, ends)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "read "
                + count
                + " records in "
                + timeout.toSeconds()
                + " s, expected to reach "
                + ends);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        reader.read(record);
        count++;
      }
    }
  }

  /** The position also passes transaction markers, which are no records. */
  private static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }
}
