package io.millrace.jobs;

import io.millrace.connectors.files.FileHistory;
import io.millrace.connectors.files.FileHistorySource;
import io.millrace.connectors.files.LocatedRecord;
import io.millrace.connectors.files.ReadLimits;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.PartitionOffsets;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.jobs.BackfillOptions.FileFormat;
import io.millrace.jobs.ScoreTopicOptions.Format;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.source.hybrid.HybridSource;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.fs.Path;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Files up to a point, and the topic from there, as one source: without a gap or an overlap where
 * the configured point is the one that the files end before.
 *
 * <pre>{@code
 * input:
 *   topic: transactions
 *   backfill: {paths: "hdfs:///history/2025", offsets: {0: 1200, 1: 1180}}
 * }</pre>
 */
final class Backfill {
  private static final long MAX_SPLIT_BYTES = 128L << 20;

  private Backfill() {}

  static boolean isAsked(ReadableConfig config) {
    return config.getOptional(BackfillOptions.PATHS).isPresent();
  }

  /**
   * Checks what can be known without I/O.
   *
   * @throws ConfigurationException naming the key, what it is and what would be right
   */
  static void check(ReadableConfig config) throws ConfigurationException {
    boolean offsets = config.getOptional(BackfillOptions.OFFSETS).isPresent();
    boolean timestamp = config.getOptional(BackfillOptions.TIMESTAMP).isPresent();
    if (!isAsked(config)) {
      for (ConfigOption<?> option :
          List.of(
              BackfillOptions.FORMAT,
              BackfillOptions.OFFSETS,
              BackfillOptions.TIMESTAMP,
              BackfillOptions.DAMAGED_FILES)) {
        if (config.getOptional(option).isPresent()) {
          throw new ConfigurationException(
              option.key() + " is given without " + BackfillOptions.PATHS.key());
        }
      }
      return;
    }
    if (offsets == timestamp) {
      throw new ConfigurationException(
          "%s and %s are %s given: expected one of them, for where the topic goes on"
              .formatted(
                  BackfillOptions.OFFSETS.key(),
                  BackfillOptions.TIMESTAMP.key(),
                  offsets ? "both" : "not"));
    }
    if (config.getOptional(ScoreTopicOptions.INPUT_START).isPresent()) {
      throw new ConfigurationException(
          "%s is given with %s, which says where the topic begins"
              .formatted(ScoreTopicOptions.INPUT_START.key(), BackfillOptions.PATHS.key()));
    }
    fileFormat(config);
    if (config.get(InferenceOptions.SWITCH_POLICY) == SwitchPolicy.EVENT_TIME) {
      throw new ConfigurationException(
          "%s is event-time: expected available with %s, whose files are not read in the order of their records' times"
              .formatted(InferenceOptions.SWITCH_POLICY.key(), BackfillOptions.PATHS.key()));
    }
    paths(config);
  }

  /**
   * What the files are.
   *
   * @throws ConfigurationException if it is not what the topic has
   */
  private static FileFormat fileFormat(ReadableConfig config) throws ConfigurationException {
    Format records = config.get(ScoreTopicOptions.INPUT_FORMAT);
    FileFormat byRecords =
        switch (records) {
          case JSON -> FileFormat.JSON;
          case TF_EXAMPLE -> FileFormat.TFRECORD;
          case RAW, AVRO, AVRO_CONFLUENT -> FileFormat.TOPIC;
        };
    FileFormat format = config.getOptional(BackfillOptions.FORMAT).orElse(byRecords);
    if (format != byRecords && format != FileFormat.TOPIC) {
      throw new ConfigurationException(
          "%s is %s and %s is %s: expected %stopic, which millrace record keeps"
              .formatted(
                  BackfillOptions.FORMAT.key(),
                  Setting.spell(format),
                  ScoreTopicOptions.INPUT_FORMAT.key(),
                  records.spelling(),
                  byRecords == FileFormat.TOPIC ? "" : Setting.spell(byRecords) + ", or "));
    }
    return format;
  }

  static boolean isTime(String text) {
    try {
      Instant.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static List<Path> paths(ReadableConfig config) throws ConfigurationException {
    return RecordPaths.inputs(config, BackfillOptions.PATHS);
  }

  /**
   * Looks the point up.
   *
   * @param restored whether the state says where the job goes on, so that the topic may have lost
   *     what is before; a job that has yet to go over to the topic then fails there
   * @throws ConfigurationException if partitions are missing, or there are none of that number
   * @throws IOException if the broker does not answer, or the topic has no records there (any more)
   */
  static Map<Integer, Long> offsets(
      ReadableConfig config, KafkaClientProperties client, boolean restored)
      throws ConfigurationException, IOException {
    String topic = config.get(ScoreTopicOptions.INPUT_TOPIC);
    PartitionOffsets partitions = new PartitionOffsets(client, topic);
    Map<String, String> given = config.getOptional(BackfillOptions.OFFSETS).orElse(null);
    Map<Integer, Long> ends = partitions.ends();
    if (given != null) {
      Map<Integer, Long> beginnings = restored ? Map.of() : partitions.beginnings();
      return new SwitchPoint(topic, beginnings, ends).ofOffsets(given);
    }
    Instant time = Instant.parse(config.get(BackfillOptions.TIMESTAMP));
    // Before the beginnings: what is deleted in between is noticed.
    Map<Integer, Long> since = partitions.since(time);
    SwitchPoint point = new SwitchPoint(topic, partitions.beginnings(), ends);
    return restored ? point.ofTimeRestored(since) : point.ofTime(time, since);
  }

  /**
   * The files of a job that starts afresh are there, and can be used as far as they say.
   *
   * @throws IOException if a path does not exist, cannot be read, or is no such file
   * @throws ConfigurationException if all that a path has is passed over
   */
  static void requireFiles(ReadableConfig config) throws ConfigurationException, IOException {
    ReplayInputs.require(BackfillOptions.PATHS.key(), paths(config));
    files(config).requireUsable();
  }

  /**
   * The source.
   *
   * @param topic from where it goes on
   */
  static HybridSource<LocatedRecord> source(ReadableConfig config, KafkaSource<LocatedRecord> topic)
      throws ConfigurationException {
    return HybridSource.builder(files(config)).addSource(topic).build();
  }

  private static FileHistorySource files(ReadableConfig config) throws ConfigurationException {
    ReadLimits limits =
        new ReadLimits(
            (int) config.get(ScoreTopicOptions.MAX_RECORD_SIZE).getBytes(),
            MAX_SPLIT_BYTES,
            config.get(BackfillOptions.DAMAGED_FILES));
    return switch (fileFormat(config)) {
      case JSON -> FileHistory.lines(paths(config), limits);
      case TFRECORD -> FileHistory.tfRecords(paths(config), limits);
      case TOPIC -> FileHistory.originals(paths(config), limits);
    };
  }

  /** Begins at these offsets and nowhere else: where they are gone, the job fails. */
  static OffsetsInitializer startingAt(String topic, Map<Integer, Long> offsets) {
    Map<TopicPartition, Long> starting = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> starting.put(new TopicPartition(topic, partition), offset));
    return OffsetsInitializer.offsets(starting, OffsetResetStrategy.NONE);
  }
}
