package io.millrace.jobs;

import io.millrace.connectors.files.DamagedFiles;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of {@code score-topic} about files that are scored before the topic. */
public final class BackfillOptions {

  /** What the files are. */
  public enum FileFormat {
    /** A JSON object a line. */
    JSON,
    /** TensorFlow's files of records, each a serialized {@code tf.Example}. */
    TFRECORD,
    /** A topic as {@code millrace record} keeps it, of values as {@code input.format} says. */
    TOPIC
  }

  public static final ConfigOption<List<String>> PATHS =
      ConfigOptions.key("input.backfill.paths")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "Files, or folders with all below them, that are scored before the topic; by default there are none. Not with input.start or with model.switch-policy event-time.");

  public static final ConfigOption<FileFormat> FORMAT =
      ConfigOptions.key("input.backfill.format")
          .enumType(FileFormat.class)
          .noDefaultValue()
          .withDescription(
              "What the files are: topic, what millrace record kept of a topic, with values of any input.format; json, an object a line; tfrecord, tf.Examples; by default, json where input.format is json, tfrecord where it is tf-example, else topic.");

  public static final ConfigOption<Map<String, String>> OFFSETS =
      ConfigOptions.key("input.backfill.offsets")
          .mapType()
          .noDefaultValue()
          .withDescription(
              "Where the topic goes on: for each of its partitions the first offset that the files do not have.");

  public static final ConfigOption<String> TIMESTAMP =
      ConfigOptions.key("input.backfill.timestamp")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Likewise, as a time: in each partition the first record of that time or later, which the files end before. Looked up when the job is submitted.");

  public static final ConfigOption<DamagedFiles> DAMAGED_FILES =
      ConfigOptions.key("input.backfill.damaged-files")
          .enumType(DamagedFiles.class)
          .defaultValue(DamagedFiles.FAIL)
          .withDescription(
              "What becomes of a file that breaks off or is damaged: the job fails, or the place is a dead letter and the next file is read.");

  private BackfillOptions() {}
}
