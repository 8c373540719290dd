package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.KafkaRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a stretch of a topic in files, a {@link TopicRecording} for each partition, in a folder
 * that shows when all are whole. Records of transactions that are not committed are not kept.
 *
 * <pre>{@code
 * new TopicRecorder(client, "transactions").record(since, null, new Path("hdfs:///history/january"));
 * }</pre>
 */
public final class TopicRecorder {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConnection connection;
  private final String topic;

  /**
   * What was kept of a partition.
   *
   * @param first offset that was asked for
   * @param end offset behind the last one that was asked for
   * @param records that there were
   */
  public record Kept(int partition, long first, long end, long records) {}

  public TopicRecorder(KafkaClientProperties client, String topic) {
    this.connection = new KafkaConnection(client);
    this.topic = Objects.requireNonNull(topic, "topic");
  }

  /**
   * Reads and writes; blocks.
   *
   * @param since in each partition, the first record of that time or later and all behind it; null
   *     for all that there are
   * @param until in each partition, up to the first record of that time or later; null for all that
   *     there are now
   * @param target a folder that is not there yet
   * @return by partition
   * @throws IOException in one line, if the broker does not answer, the topic does not exist, the
   *     target does, or cannot be written
   */
  public List<Kept> record(@Nullable Instant since, @Nullable Instant until, Path target)
      throws IOException {
    FileSystem files = target.getFileSystem();
    if (files.exists(target)) {
      throw new IOException(target + " exists: expected a folder that is not there yet");
    }
    Path part = new Path(target.getParent(), "_" + target.getName() + ".part");
    int count =
        Objects.requireNonNull(connection.partitionCounts(List.of(topic)).get(topic), "partitions");
    boolean whole = false;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      // What a recording that was killed left.
      files.delete(part, true);
      files.mkdirs(part);
      List<Kept> kept = record(consumer, partitions(count), since, until, part);
      if (!files.rename(part, target)) {
        throw new IOException(part + " cannot be renamed to " + target);
      }
      whole = true;
      return kept;
    } catch (KafkaException e) {
      throw connection.failure("cannot read topic '" + topic + "'", e);
    } finally {
      if (!whole) {
        files.delete(part, true);
      }
    }
  }

  private List<TopicPartition> partitions(int count) {
    return IntStream.range(0, count).mapToObj(i -> new TopicPartition(topic, i)).toList();
  }

  private Properties properties() {
    Properties properties = connection.properties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    // Records that go while they are read are missing: an error, and no leap over them.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return properties;
  }

  private List<Kept> record(
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      @Nullable Instant since,
      @Nullable Instant until,
      Path folder)
      throws IOException {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> last = until == null ? ends : at(consumer, until, ends);
    Map<TopicPartition, Long> first =
        since == null ? consumer.beginningOffsets(partitions) : at(consumer, since, ends);
    List<Kept> kept = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      String name = topic + "-" + partition.partition() + TopicRecording.SUFFIX;
      long begin = offset(first, partition);
      long end = Math.max(begin, offset(last, partition));
      try (TopicRecording recording =
          TopicRecording.create(
              folder.getFileSystem().create(new Path(folder, name), WriteMode.NO_OVERWRITE),
              topic)) {
        long records = copy(consumer, partition, begin, end, recording);
        kept.add(new Kept(partition.partition(), begin, end, records));
      }
    }
    return kept;
  }

  private static Map<TopicPartition, Long> at(
      KafkaConsumer<byte[], byte[]> consumer, Instant time, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> wanted = new HashMap<>(ends);
    wanted.replaceAll((partition, end) -> time.toEpochMilli());
    Map<TopicPartition, Long> found = new HashMap<>(ends);
    consumer
        .offsetsForTimes(wanted)
        .forEach((partition, offset) -> found.merge(partition, orEnd(offset), Math::min));
    return found;
  }

  private static long orEnd(@Nullable OffsetAndTimestamp offset) {
    return offset == null ? Long.MAX_VALUE : offset.offset();
  }

  private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
    return Objects.requireNonNull(offsets.get(partition), "an offset");
  }

  private long copy(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long begin,
      long end,
      TopicRecording recording)
      throws IOException {
    consumer.assign(List.of(partition));
    consumer.seek(partition, begin);
    long records = 0;
    long position = begin;
    long moved = System.nanoTime();
    while (position < end) {
      for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL)) {
        if (read.offset() < end) {
          recording.write(recordOf(read));
          records++;
        }
      }
      // Beyond what a compacted topic has dropped, and the marks of transactions.
      long now = consumer.position(partition);
      if (now > position) {
        position = now;
        moved = System.nanoTime();
      } else if (System.nanoTime() - moved > KafkaConnection.TIMEOUT.toNanos()) {
        throw new IOException(
            "%s has given nothing from offset %d on for %d s: expected records up to offset %d"
                .formatted(partition, position, KafkaConnection.TIMEOUT.toSeconds(), end));
      }
    }
    return records;
  }

  private KafkaRecord recordOf(ConsumerRecord<byte[], byte[]> read) {
    return new KafkaRecord(
        topic, read.partition(), read.offset(), read.timestamp(), 0, read.key(), read.value());
  }
}
