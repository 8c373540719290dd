package io.millrace.jobs;

import io.millrace.connectors.formats.JsonTimestamps;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ReplayOptions.FileFormat;
import io.millrace.tensor.TimestampReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/** The times of a replay's records: those of a field, or those that they had in their topic. */
final class ReplayTimes {
  private ReplayTimes() {}

  /**
   * @param option that needs times
   * @throws ConfigurationException if records have none
   */
  static void require(ReadableConfig config, ConfigOption<?> option) throws ConfigurationException {
    if (config.getOptional(ReplayOptions.TIMESTAMP_FIELD).isEmpty()
        && config.get(ReplayOptions.INPUT_FORMAT) != FileFormat.TOPIC) {
      throw new ConfigurationException(
          "%s is %s and %s is missing: expected the field with a record's time"
              .formatted(
                  option.key(),
                  String.valueOf(config.get(option)).toLowerCase(Locale.ROOT),
                  ReplayOptions.TIMESTAMP_FIELD.key()));
    }
  }

  /** Keys that are given and say nothing, as what asks for them is not given, each in a line. */
  static List<String> unused(ReadableConfig config) {
    List<String> unused = new ArrayList<>();
    if (config.getOptional(ReplayOptions.TIMELINE).isPresent()) {
      return unused;
    }
    if (config.getOptional(ReplayOptions.TIMESTAMP_FIELD).isPresent()
        && config.get(ReplayOptions.PARTITION_BY) != ReplayOptions.PartitionBy.DATE) {
      unused.add(
          "%s chooses no version without %s, and no folder without %s date"
              .formatted(
                  ReplayOptions.TIMESTAMP_FIELD.key(),
                  ReplayOptions.TIMELINE.key(),
                  ReplayOptions.PARTITION_BY.key()));
    }
    if (config.getOptional(ReplayOptions.MAX_LOADED_VERSIONS).isPresent()) {
      unused.add(
          "%s says nothing without %s"
              .formatted(ReplayOptions.MAX_LOADED_VERSIONS.key(), ReplayOptions.TIMELINE.key()));
    }
    return unused;
  }

  /** What reads them, where {@link #require} has passed. */
  static TimestampReader<KafkaRecord> of(ReadableConfig config, AvroInput avro) {
    String field = config.getOptional(ReplayOptions.TIMESTAMP_FIELD).orElse(null);
    return field == null
        ? EventTimes::of
        : new JsonTimestamps(field, RecordFormats.limits(config))
            .reading(
                RecordFormats.json(config, ReplayOptions.records(config), avro, List.of(field)));
  }
}
