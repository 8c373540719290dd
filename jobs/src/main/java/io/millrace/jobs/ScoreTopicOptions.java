package io.millrace.jobs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/**
 * The options of {@code score-topic} beyond those of the operator ({@link
 * io.millrace.flink.InferenceOptions}).
 */
public final class ScoreTopicOptions {

  /** What the bytes of a record are. */
  public enum Format {
    /** A JSON object: input name to value, or field name to value. */
    JSON,
    /** The inputs in the order of their names, row-major, little-endian, of fixed inner shapes. */
    RAW,
    /**
     * A serialized {@code tf.Example}: input name to feature, or handed as it is to a signature
     * whose only input is {@code string[-1]}.
     */
    TF_EXAMPLE,
    /** An Avro datum in binary form, of the schema that the configuration names. */
    AVRO,
    /** An Avro datum in Confluent's wire format, of the registry's schema that it names. */
    AVRO_CONFLUENT;

    /** {@code tf-example} for TF_EXAMPLE: its name in configurations and on the command line. */
    public String spelling() {
      return Setting.spell(this);
    }
  }

  /** What becomes of a field that no input takes. */
  public enum UnknownFields {
    IGNORE,
    REJECT
  }

  /** Where a job that has no state begins to read. */
  public enum Start {
    EARLIEST,
    LATEST,
    /** Where the consumer group stands; the earliest record where it stands nowhere. */
    COMMITTED
  }

  /** What becomes of a fresh job without a version to start with. */
  public enum Absent {
    /** It is refused. */
    FAIL,
    /** It is submitted once there is one: nothing is read meanwhile. */
    WAIT,
    /** It starts, and records are dead letters until one is published. */
    REJECT
  }

  /** What a failure may do to the output. */
  public enum Guarantee {
    EXACTLY_ONCE,
    AT_LEAST_ONCE
  }

  public static final ConfigOption<String> JOB_NAME =
      ConfigOptions.key("job.name")
          .stringType()
          .defaultValue("score-topic")
          .withDescription(
              "Name of the job in Flink, in events and in the Kafka transactions; no two jobs may share name and output topic.");

  public static final ConfigOption<Integer> PARALLELISM =
      ConfigOptions.key("job.parallelism")
          .intType()
          .noDefaultValue()
          .withDescription(
              "Parallel subtasks; by default what Flink's configuration says, else one on a cluster and one a core here. With model.sharing slot, each has a load of its own.");

  public static final ConfigOption<String> BOOTSTRAP_SERVERS =
      ConfigOptions.key("kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("Brokers, as host:port, separated by commas. Required.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      ConfigOptions.key("kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Passed to every Kafka client as they are, such as security.protocol and sasl.jaas.config.");

  public static final ConfigOption<String> INPUT_TOPIC =
      ConfigOptions.key("input.topic")
          .stringType()
          .noDefaultValue()
          .withDescription("Topic that is scored. Required.");

  public static final ConfigOption<Format> INPUT_FORMAT =
      ConfigOptions.key("input.format")
          .enumType(Format.class)
          .defaultValue(Format.JSON)
          .withDescription(
              "What the bytes of a record are; tf-example is a serialized tf.Example, which a signature of one input string[-1] is given as it is; avro is a datum of input.avro-schema in binary form, avro-confluent one in Confluent's wire format.");

  public static final ConfigOption<String> AVRO_SCHEMA =
      ConfigOptions.key("input.avro-schema")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "With format avro, the schema (.avsc) that the records were written with; required there. Read when the job is submitted.");

  public static final ConfigOption<String> REGISTRY_URL =
      ConfigOptions.key("input.schema-registry.url")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "With format avro-confluent, the schema registry that is asked for each schema, once a subtask; required there. It has to answer when the job is submitted.");

  public static final ConfigOption<String> REGISTRY_USER_INFO =
      ConfigOptions.key("input.schema-registry.basic-auth.user-info")
          .stringType()
          .noDefaultValue()
          .withDescription("The registry's user, as name:password. Never shown or logged.");

  public static final ConfigOption<String> REGISTRY_TOKEN =
      ConfigOptions.key("input.schema-registry.bearer-auth.token")
          .stringType()
          .noDefaultValue()
          .withDescription("Or a bearer token for the registry. Never shown or logged.");

  public static final ConfigOption<Start> INPUT_START =
      ConfigOptions.key("input.start")
          .enumType(Start.class)
          .defaultValue(Start.EARLIEST)
          .withDescription(
              "Where a job that has no state begins to read; committed, without committed offsets, at the earliest.");

  public static final ConfigOption<Duration> IDLE_TIMEOUT =
      ConfigOptions.key("input.idle-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "With model.switch-policy event-time, after how long without a record a partition"
                  + " holds the watermark back no longer.");

  public static final ConfigOption<String> GROUP_ID =
      ConfigOptions.key("input.group-id")
          .stringType()
          .noDefaultValue()
          .withDescription("Consumer group whose offsets are committed; by default job.name.");

  public static final ConfigOption<UnknownFields> UNKNOWN_FIELDS =
      ConfigOptions.key("records.unknown-fields")
          .enumType(UnknownFields.class)
          .noDefaultValue()
          .withDescription(
              "What becomes of a record with a field that no input takes; by default rejected in json without features.fields, else ignored. A tf.Example that the model parses itself is not checked for them.");

  public static final ConfigOption<MemorySize> MAX_RECORD_SIZE =
      ConfigOptions.key("records.max-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(1))
          .withDescription(
              "A record with a larger value goes to the dead letters unread; of one in a file of Avro"
                  + " or Parquet, the wanted fields count, as Avro would write them.");

  public static final ConfigOption<String> OUTPUT_TOPIC =
      ConfigOptions.key("output.topic")
          .stringType()
          .noDefaultValue()
          .withDescription("Topic of the predictions. Required.");

  public static final ConfigOption<List<String>> OUTPUT_FIELDS =
      ConfigOptions.key("output.fields")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription("Fields of the input record that are repeated in the output record.");

  public static final ConfigOption<Guarantee> GUARANTEE =
      ConfigOptions.key("output.guarantee")
          .enumType(Guarantee.class)
          .defaultValue(Guarantee.EXACTLY_ONCE)
          .withDescription("What a failure may do to predictions and dead letters.");

  public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
      ConfigOptions.key("output.transaction-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "How long the brokers keep an open transaction; at least checkpointing.interval, checkpointing.timeout and 30 s for a restart together, at the most the brokers' transaction.max.timeout.ms.");

  public static final ConfigOption<Boolean> LATENCY_HEADER =
      ConfigOptions.key("output.latency-header")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether each output record says, in the header millrace.latency-micros, how long it took from source to operator's emission.");

  public static final ConfigOption<String> DEAD_LETTER_TOPIC =
      ConfigOptions.key("dead-letters.topic")
          .stringType()
          .noDefaultValue()
          .withDescription("Topic of the records that could not be scored. Required.");

  public static final ConfigOption<String> CONTROL_TOPIC =
      ConfigOptions.key("control.topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Topic of the commands about model versions, of one partition; without it the version stays.");

  public static final ConfigOption<String> STATUS_TOPIC =
      ConfigOptions.key("control.status-topic")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Topic of the events about model versions; without it none are written.");

  public static final ConfigOption<String> MODEL_BASE =
      ConfigOptions.key("model.base")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder that holds a folder for each version, named by its number; or give model.uri.");

  public static final ConfigOption<String> VERSION_POLICY =
      ConfigOptions.key("model.version-policy")
          .stringType()
          .defaultValue("latest")
          .withDescription(
              "Which version below model.base a fresh job starts with: latest, a number, or all, which starts with the latest and knows the others for rollback. Without control.topic, a restored job takes another number as well, which is how it is upgraded.");

  public static final ConfigOption<String> MODEL_URI =
      ConfigOptions.key("model.uri")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Folder of one version, instead of model.base; without control.topic, for a restored job too.");

  public static final ConfigOption<Long> MODEL_VERSION =
      ConfigOptions.key("model.version")
          .longType()
          .noDefaultValue()
          .withDescription("Version of model.uri where its last segment is not a number.");

  public static final ConfigOption<String> MODEL_DIGEST =
      ConfigOptions.key("model.digest")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "What the files of the version that model.uri or model.version-policy names must hash to; by default any content.");

  public static final ConfigOption<Absent> ABSENT =
      ConfigOptions.key("model.absent")
          .enumType(Absent.class)
          .defaultValue(Absent.FAIL)
          .withDescription(
              "What becomes of a fresh job without a version to start with: it is refused (fail), its submission waits for one, and the records in their topic (wait), or it starts, and records are NO_MODEL dead letters until one is published (reject).");

  public static final ConfigOption<String> WARM_UP_RECORDS =
      ConfigOptions.key("model.warm-up-records")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File of up to 1000 records in input.format that versions are warmed up with which bring no requests of their own: a JSON object a line, a TFRecord file of tf.Examples, an Avro container file, or one raw record; not with avro-confluent.");

  public static final ConfigOption<String> FEATURES_INPUT =
      ConfigOptions.key("features.input")
          .stringType()
          .noDefaultValue()
          .withDescription("Input of the signature that the fields are written to, as one vector.");

  public static final ConfigOption<List<Map<String, String>>> FEATURES_FIELDS =
      ConfigOptions.key("features.fields")
          .mapType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "Fields of the record in the order of the vector: name, dtype (float32 if it is left out), and default where a field may be absent.");

  public static final ConfigOption<Duration> CHECKPOINT_INTERVAL =
      ConfigOptions.key("checkpointing.interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription(
              "Time between checkpoints; exactly-once output is visible after the next.");

  public static final ConfigOption<Duration> CHECKPOINT_TIMEOUT =
      ConfigOptions.key("checkpointing.timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(10))
          .withDescription("A checkpoint that takes longer is given up.");

  public static final ConfigOption<Boolean> UNALIGNED =
      ConfigOptions.key("checkpointing.unaligned")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether barriers overtake records under back-pressure.");

  public static final ConfigOption<String> CHECKPOINT_DIRECTORY =
      ConfigOptions.key("checkpointing.directory")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Where checkpoints are written and kept after a cancellation; by default what Flink's configuration says.");

  private ScoreTopicOptions() {}
}
