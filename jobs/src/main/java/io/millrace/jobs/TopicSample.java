package io.millrace.jobs;

import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ScoreTopicOptions.Start;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A few records of the input topic, from where the job would start: the first, those after the
 * group's offsets, or, as the job would start behind the last, the last. Leaves no trace in the
 * group.
 */
final class TopicSample {
  private static final Duration POLL = Duration.ofMillis(200);

  private final ReadableConfig config;
  private final KafkaConnection connection;
  private final String topic;
  private final List<TopicPartition> partitions;
  private final Map<Integer, Long> backfilled;

  /**
   * @param backfilled where the topic goes on behind files, by partition; empty where there are
   *     none
   */
  TopicSample(
      ReadableConfig config,
      KafkaConnection connection,
      int partitionCount,
      Map<Integer, Long> backfilled) {
    this.config = config;
    this.connection = connection;
    this.backfilled = backfilled;
    this.topic = config.get(ScoreTopicOptions.INPUT_TOPIC);
    this.partitions =
        IntStream.range(0, partitionCount).mapToObj(i -> new TopicPartition(topic, i)).toList();
  }

  /**
   * Reads until there are enough records, or no more.
   *
   * @throws IOException in one line, if the brokers stop answering
   */
  List<KafkaRecord> read(int atMost) throws IOException {
    Properties properties = connection.properties();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, ScoreTopicJob.groupId(config));
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(atMost));
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      seek(consumer, atMost);
      return read(consumer, atMost);
    } catch (KafkaException e) {
      throw connection.failure("cannot read topic '" + topic + "'", e);
    }
  }

  private void seek(KafkaConsumer<byte[], byte[]> consumer, int atMost) {
    Start start = config.get(ScoreTopicOptions.INPUT_START);
    Map<TopicPartition, Long> begin = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed =
        start == Start.COMMITTED ? consumer.committed(new HashSet<>(partitions)) : Map.of();
    int share = Math.max(1, atMost / Math.max(1, partitions.size()));
    for (TopicPartition partition : partitions) {
      long first = begin.getOrDefault(partition, 0L);
      long last = end.getOrDefault(partition, first);
      OffsetAndMetadata group = committed.get(partition);
      consumer.seek(
          partition,
          switch (start) {
            case EARLIEST -> backfilled.getOrDefault(partition.partition(), first);
            case LATEST -> Math.max(first, last - share);
            case COMMITTED -> group == null ? first : Math.max(first, group.offset());
          });
    }
  }

  private List<KafkaRecord> read(KafkaConsumer<byte[], byte[]> consumer, int atMost) {
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    List<KafkaRecord> records = new ArrayList<>();
    long deadline = System.nanoTime() + KafkaConnection.TIMEOUT.toNanos();
    while (records.size() < atMost && isBehind(consumer, end) && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL)) {
        if (records.size() < atMost) {
          records.add(
              new KafkaRecord(
                  topic,
                  read.partition(),
                  read.offset(),
                  read.timestamp(),
                  0,
                  read.key(),
                  read.value()));
        }
      }
    }
    return records;
  }

  private boolean isBehind(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> end) {
    return partitions.stream()
        .anyMatch(partition -> consumer.position(partition) < end.getOrDefault(partition, 0L));
  }
}
