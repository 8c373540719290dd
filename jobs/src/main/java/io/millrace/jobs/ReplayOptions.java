package io.millrace.jobs;

import io.millrace.connectors.files.DamagedFiles;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/** The options of {@code replay} beyond those that it shares with {@code score-topic}. */
public final class ReplayOptions {

  /** How Flink runs the job. */
  public enum Mode {
    /** Task by task; a task that fails runs again alone. */
    BATCH,
    /** All tasks at once; after a failure all of them begin anew. */
    STREAMING
  }

  /** What the files are. */
  public enum FileFormat {
    /** A JSON object a line. */
    JSON(ScoreTopicOptions.Format.JSON),
    /** TensorFlow's files of records, each a serialized {@code tf.Example}. */
    TFRECORD(ScoreTopicOptions.Format.TF_EXAMPLE),
    /** The inputs' memory, record behind record. */
    RAW(ScoreTopicOptions.Format.RAW),
    /**
     * Avro's object container files; their records are decoded, or JSON where they were sent on.
     */
    AVRO(ScoreTopicOptions.Format.JSON),
    /** Parquet files; likewise. */
    PARQUET(ScoreTopicOptions.Format.JSON),
    /** Comma-separated values with a header; rows come as JSON. */
    CSV(ScoreTopicOptions.Format.JSON),
    /** A topic as {@code millrace record} keeps it; the configuration says what a value is. */
    TOPIC(null);

    private final ScoreTopicOptions.@Nullable Format records;

    FileFormat(ScoreTopicOptions.@Nullable Format records) {
      this.records = records;
    }
  }

  /** What a record of the files is. */
  static ScoreTopicOptions.Format records(ReadableConfig config) {
    ScoreTopicOptions.Format records = config.get(INPUT_FORMAT).records;
    return records != null ? records : config.get(VALUE_FORMAT);
  }

  /** What the files of predictions are. */
  public enum OutputFormat {
    /** A JSON object a line. */
    JSON,
    /** Avro's object containers, deflated. */
    AVRO,
    /** Parquet, compressed by Zstandard. */
    PARQUET
  }

  /** What decides on a record's folder below the output's. */
  public enum PartitionBy {
    /** Nothing: all are in one. */
    NONE,
    /** The day of its time, in UTC. */
    DATE
  }

  public static final ConfigOption<String> JOB_NAME =
      ConfigOptions.key("job.name")
          .stringType()
          .defaultValue("replay")
          .withDescription("Name of the job in Flink.");

  public static final ConfigOption<Mode> MODE =
      ConfigOptions.key("replay.mode")
          .enumType(Mode.class)
          .defaultValue(Mode.BATCH)
          .withDescription(
              "How Flink runs the job: in batch, a task that fails runs again alone; in streaming, all begin anew. The output is the same.");

  public static final ConfigOption<List<String>> INPUT_PATHS =
      ConfigOptions.key("input.paths")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "Files, or folders that are read with all below them but for names that begin with '.' or '_'. What ends with .gz, .gzip, .bz2, .deflate, .zst or .zstd is unpacked; .xz and other compressions are refused. Required.");

  public static final ConfigOption<FileFormat> INPUT_FORMAT =
      ConfigOptions.key("input.format")
          .enumType(FileFormat.class)
          .defaultValue(FileFormat.JSON)
          .withDescription("What the files are; the table below says how each is read.");

  public static final ConfigOption<ScoreTopicOptions.Format> VALUE_FORMAT =
      ConfigOptions.key("input.value-format")
          .enumType(ScoreTopicOptions.Format.class)
          .defaultValue(ScoreTopicOptions.Format.JSON)
          .withDescription(
              "With input.format topic, what the values of its records are: input.format of the job that scored it.");

  public static final ConfigOption<String> TIMESTAMP_FIELD =
      ConfigOptions.key("input.timestamp-field")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Field of the record with its event time, by which model.timeline chooses its version and output.partition-by its folder: an integer of epoch milliseconds, or a time of ISO 8601 with its offset, such as 2026-01-31T00:00:00Z. By default the timestamp that the record had in its topic, where the files are a recorded one.");

  public static final ConfigOption<String> KEY =
      ConfigOptions.key("input.key")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Key of a record, in which a field in braces stands for its text: {id} or tx-{id}, as the topic had it that the files are of; by default they have none, or with input.format topic the one that they had. For records with fields, which raw ones have not.");

  public static final ConfigOption<MemorySize> SPLIT_SIZE =
      ConfigOptions.key("input.split-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription(
              "What a subtask reads of a file at a time, at the most: files that are longer, and not compressed, are read by several. Each piece has files of its own in the output.");

  public static final ConfigOption<DamagedFiles> DAMAGED_FILES =
      ConfigOptions.key("input.damaged-files")
          .enumType(DamagedFiles.class)
          .defaultValue(DamagedFiles.FAIL)
          .withDescription(
              "What becomes of a file that breaks off or is damaged: the job fails, or what is before the damage is scored and the place is a dead letter. A failure of the storage always fails the job.");

  public static final ConfigOption<String> OUTPUT_PATH =
      ConfigOptions.key("output.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder of the predictions, and of the dead letters in _dead-letters below it; it shows when all are there. Required.");

  public static final ConfigOption<OutputFormat> OUTPUT_FORMAT =
      ConfigOptions.key("output.format")
          .enumType(OutputFormat.class)
          .defaultValue(OutputFormat.JSON)
          .withDescription(
              "What the files of predictions are, with the same fields: json is an object a line;"
                  + " avro (deflated object containers) and parquet (zstd) have the types of the"
                  + " signature and of the features, carried fields that are neither are text. Dead"
                  + " letters are JSON lines.");

  public static final ConfigOption<PartitionBy> PARTITION_BY =
      ConfigOptions.key("output.partition-by")
          .enumType(PartitionBy.class)
          .defaultValue(PartitionBy.NONE)
          .withDescription(
              "Whether predictions are in folders as Hive has them: date is date=2026-01-31, the"
                  + " day in UTC of input.timestamp-field; a record without a time there is in"
                  + " date=__HIVE_DEFAULT_PARTITION__. A JSON output has 64 files of a split open at"
                  + " a time, the others 8, and a split may fill 10,000 at the most: records in no"
                  + " order of their times make many small ones.");

  public static final ConfigOption<Boolean> OVERWRITE =
      ConfigOptions.key("output.overwrite")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether an output of an earlier replay is replaced, once the new one is whole; by default it is refused.");

  public static final ConfigOption<String> TIMELINE =
      ConfigOptions.key("model.timeline")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Whether each record is scored by the version that was valid at its time: true, by the timeline.json in model.base; or the folder, or the file, of another one. By default one version scores all.");

  public static final ConfigOption<Integer> MAX_LOADED_VERSIONS =
      ConfigOptions.key("model.max-loaded-versions")
          .intType()
          .defaultValue(2)
          .withDescription(
              "With model.timeline, versions that a subtask holds at a time, at the most; above it, the one that was asked for longest ago is let go, and loaded again if it is asked for again. At least as many as records of one file that are near each other ask for, or it is load after load.");

  public static final ConfigOption<Boolean> DETERMINISTIC =
      ConfigOptions.key("batching.deterministic")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether every batch is padded to one size, 96 records (1 if max-batch-size is 1), so that a record's result is the same to the bit whatever its neighbours and its place among them, and a rerun gives the same bytes: on the CPU, for models whose every tensor has a size that follows from the number of rows.");

  public static final ConfigOption<Duration> BATCH_TIMEOUT =
      ConfigOptions.key("batching.batch-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription(
              "How long the first record of a batch waits for others at the most: long, as nobody waits for a record of the past, and a batch that is not full costs what a full one does.");

  private ReplayOptions() {}
}
