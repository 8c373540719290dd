package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.PartitionOffsets;
import io.millrace.connectors.kafka.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
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
   * Reads and writes; blocks. Of several recordings to one folder, the first one that is whole
   * shows, and the others fail.
   *
   * @param since in each partition, the first record of that time or later and all behind it; null
   *     for all that there are
   * @param until later than {@code since}; in each partition, up to the first record of that time
   *     or later; null for all that there are now
   * @param folder that is not there yet
   * @return by partition
   * @throws IOException in one line, if the broker does not answer, the topic does not exist, the
   *     folder does, or cannot be written
   * @throws IllegalArgumentException if there is no time between the two
   */
  public List<Kept> record(@Nullable Instant since, @Nullable Instant until, Path folder)
      throws IOException {
    // Of its parts, without the slash that may be at its end.
    URI uri = folder.toUri();
    Path target = new Path(uri.getScheme(), uri.getAuthority(), uri.getPath());
    if (since != null && until != null && !since.isBefore(until)) {
      throw new IllegalArgumentException("since " + since + " until " + until + ": expected later");
    }
    if (target.getParent() == null || target.getName().isEmpty()) {
      throw new IOException(target + ": expected a folder below another one");
    }
    FileSystem files = target.getFileSystem();
    requireNew(files, target);
    Path part = new Path(target.getParent(), "_" + target.getName() + ".part");
    Path run = new Path(part, UUID.randomUUID().toString());
    try {
      files.mkdirs(run);
      List<Kept> kept = record(since, until, run, files);
      // HDFS would move it into a folder that has come to be meanwhile.
      requireNew(files, target);
      if (!files.rename(run, target)) {
        throw new IOException(run + " cannot be renamed to " + target);
      }
      // And what recordings left that were killed.
      files.delete(part, true);
      return kept;
    } catch (IOException | RuntimeException e) {
      files.delete(run, true);
      if (files.exists(part) && files.listStatus(part).length == 0) {
        files.delete(part, false);
      }
      throw e;
    }
  }

  private static void requireNew(FileSystem files, Path target) throws IOException {
    if (files.exists(target)) {
      throw new IOException(target + " exists: expected a folder that is not there yet");
    }
  }

  private List<Kept> record(
      @Nullable Instant since, @Nullable Instant until, Path folder, FileSystem files)
      throws IOException {
    PartitionOffsets offsets = PartitionOffsets.committed(connection, topic);
    Map<Integer, Long> ends = until == null ? offsets.ends() : offsets.since(until);
    Map<Integer, Long> begins = since == null ? offsets.beginnings() : offsets.since(since);
    List<Kept> kept = new ArrayList<>();
    for (Map.Entry<Integer, Long> partition : ends.entrySet()) {
      long begin = Objects.requireNonNull(begins.get(partition.getKey()), "an offset");
      long end = Math.max(begin, partition.getValue());
      // A file whose name begins with one of these is no data for whoever reads a folder.
      String name =
          topic.replaceFirst("^[._]+", "") + "-" + partition.getKey() + TopicRecording.SUFFIX;
      try (TopicRecording recording =
          TopicRecording.create(
              files.create(new Path(folder, name), WriteMode.NO_OVERWRITE), topic)) {
        long records = copy(new TopicPartition(topic, partition.getKey()), begin, end, recording);
        kept.add(new Kept(partition.getKey(), begin, end, records));
      }
    }
    return kept;
  }

  private long copy(TopicPartition partition, long begin, long end, TopicRecording recording)
      throws IOException {
    long[] records = new long[1];
    try (TopicReader reader =
        TopicReader.of(connection, "topic '" + topic + "'", partition, begin, end)) {
      reader.toEnds(
          read -> {
            if (read.offset() < end) {
              recording.write(recordOf(read));
              records[0]++;
            }
          });
    }
    return records[0];
  }

  private KafkaRecord recordOf(ConsumerRecord<byte[], byte[]> read) {
    return new KafkaRecord(
        topic, read.partition(), read.offset(), read.timestamp(), 0, read.key(), read.value());
  }
}
