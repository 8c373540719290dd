package io.millrace.jobs;

import io.millrace.connectors.control.CommandHistory;
import io.millrace.connectors.control.CommandStream;
import io.millrace.connectors.control.ModelEventJson;
import io.millrace.connectors.control.RefusedCommand;
import io.millrace.connectors.files.LocatedRecord;
import io.millrace.connectors.files.LocatedRecordDeserializer;
import io.millrace.connectors.formats.DeadLetterFormat;
import io.millrace.connectors.formats.ScoredRecordFormat;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.KafkaRecordDeserializer;
import io.millrace.connectors.kafka.KafkaTypes;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.connectors.kafka.OutboundSinks;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceStreams;
import io.millrace.flink.UnfitRuntimeException;
import io.millrace.flink.UserJars;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.jobs.ScoreTopicOptions.Guarantee;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores a Kafka topic: predictions and dead letters leave in one transaction, versions come by the
 * control topic, events go to the status topic.
 *
 * <pre>{@code
 * flink run -c io.millrace.jobs.ScoreTopicJob millrace-job.jar --config fraud.yaml -Dbatching.max-batch-size=64
 * }</pre>
 */
public final class ScoreTopicJob {
  private static final Logger LOG = LoggerFactory.getLogger(ScoreTopicJob.class);
  private static final CommandHistory NO_HISTORY = new CommandHistory(List.of(), List.of(), 0);

  private final Configuration config;
  private final KafkaClientProperties client;

  private ScoreTopicJob(Configuration config) {
    this.config = config;
    this.client = client(config);
  }

  /** How the configuration reaches Kafka. */
  static KafkaClientProperties client(ReadableConfig config) {
    return new KafkaClientProperties(
        config.get(ScoreTopicOptions.BOOTSTRAP_SERVERS),
        config.get(ScoreTopicOptions.KAFKA_PROPERTIES));
  }

  static String groupId(ReadableConfig config) {
    return config
        .getOptional(ScoreTopicOptions.GROUP_ID)
        .orElse(config.get(ScoreTopicOptions.JOB_NAME));
  }

  /** Builds the job from a file and overrides and runs it where Flink says. */
  public static void main(String[] args) throws Exception {
    Configuration config;
    StreamExecutionEnvironment env;
    try {
      // First of all: another Flink lacks what the rest of this class uses.
      FlinkVersion.require("this process", EnvironmentInformation.getVersion());
      config = JobArguments.parse(args).configuration();
      env = StreamExecutionEnvironment.getExecutionEnvironment();
      build(env, config);
    } catch (ConfigurationException | IOException | ModelException | UnfitRuntimeException e) {
      // Of this exception alone, Flink's command line prints the message and nothing else.
      throw (ProgramParametrizationException)
          new ProgramParametrizationException(String.valueOf(e.getMessage())).initCause(e);
    }
    env.execute(config.get(ScoreTopicOptions.JOB_NAME));
  }

  /**
   * Adds the whole job to an environment.
   *
   * @throws ConfigurationException for a key that is missing or does not go with another
   * @throws IOException in one line, if the brokers or the cluster do not answer, a topic does not
   *     exist, or the cluster cannot run the job
   * @throws ModelException if there is no version to start with
   */
  public static void build(StreamExecutionEnvironment env, Configuration config)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    ScoreTopicRequirements.check(config);
    new ScoreTopicJob(config).addTo(env);
  }

  private void addTo(StreamExecutionEnvironment env)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    UserJars.refuseTensorFlow();
    ClusterFacts cluster = ClusterFacts.of(env.getConfiguration()).orElse(null);
    if (cluster != null) {
      cluster.requireFit();
    }
    requireTopics();
    AvroInput avro = AvroInput.open(config, config.get(ScoreTopicOptions.INPUT_FORMAT));
    env.configure(flinkOptions());
    // A restored operator takes the versions from its state, a restored control source its offset;
    // where a state lacks the one or the other, the whole topic is read, which does no harm.
    boolean restored = env.getConfiguration().get(StateRecoveryOptions.SAVEPOINT_PATH) != null;
    if (Backfill.isAsked(config)) {
      score(env, cluster, restored, avro, InputRecords.ofBoth(backfilled(env, restored)));
      return;
    }
    DataStream<KafkaRecord> records =
        env.fromSource(
                source(new KafkaRecordDeserializer(), startingOffsets()),
                EventTimes.watermarks(config),
                "input topic")
            .uid("input-source");
    score(env, cluster, restored, avro, InputRecords.of(records));
  }

  // Its state is not that of the topic's source: under another name, neither is taken for the
  // other.
  private DataStream<LocatedRecord> backfilled(StreamExecutionEnvironment env, boolean restored)
      throws ConfigurationException, IOException {
    OffsetsInitializer start =
        Backfill.startingAt(
            config.get(ScoreTopicOptions.INPUT_TOPIC), Backfill.offsets(config, client, restored));
    if (!restored) {
      Backfill.requireFiles(config);
    }
    return env.fromSource(
            Backfill.source(config, source(new LocatedRecordDeserializer(), start)),
            WatermarkStrategy.noWatermarks(),
            "backfill and input topic",
            LocatedRecord.TYPE)
        .uid("backfill-source");
  }

  private <T> void score(
      StreamExecutionEnvironment env,
      @Nullable ClusterFacts cluster,
      boolean restored,
      AvroInput avro,
      InputRecords<T> input)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    String controlTopic = config.getOptional(ScoreTopicOptions.CONTROL_TOPIC).orElse(null);
    StartingVersions starting = new StartingVersions(config);
    Format format = config.get(ScoreTopicOptions.INPUT_FORMAT);
    StartingPoint point =
        StartingPoint.of(
            config, restored, () -> controlTopic == null ? NO_HISTORY : history(controlTopic));
    Inference<T> inference =
        Inference.on(input.stream())
            .configure(config)
            .with(InferenceOptions.ROOTS, starting.roots())
            .features(input.features().apply(RecordFormats.writer(config, format, avro)))
            .timestamps(input.timestamps().apply(EventTimes::of))
            .uid("inference");
    addWarmUpRecords(config, format, avro, inference, input.asRead());
    List<Command> commands = point.commands();
    // What a restored job starts with stands in its state: the TaskManagers see to that.
    if (cluster != null && !restored) {
      StartingMemory.require(config, cluster, commands, env.getParallelism());
    }
    inference.startingFrom(config.get(InferenceOptions.NAME), commands);
    if (controlTopic == null && starting.isExplicit() && commands.size() == 1) {
      // Without a control topic, naming another version is the way to upgrade a restored job.
      Publish named = (Publish) commands.get(0);
      inference.model(named.model(), named.version(), named.uri().toString(), named.digest());
    }
    DataStream<ModelEvent> refusals = null;
    if (controlTopic != null) {
      CommandStream later =
          CommandStream.of(env, client, controlTopic, restored ? 0 : firstOffset(point.history()));
      inference.commands(later.commands());
      refusals = later.refusals();
    }
    send(outcomes(inference, input, avro), refusals);
  }

  private void send(
      InferenceStreams<?, OutboundRecord> scored, @Nullable DataStream<ModelEvent> refusals) {
    scored.predictions().sinkTo(sink()).name("output and dead letters").uid("output-sink");
    DataStream<ModelEvent> events =
        refusals == null ? scored.events() : scored.events().union(refusals);
    config.getOptional(ScoreTopicOptions.STATUS_TOPIC).ifPresent(topic -> report(events, topic));
  }

  private <T> InferenceStreams<T, OutboundRecord> outcomes(
      Inference<T> inference, InputRecords<T> input, AvroInput avro) {
    ScoredRecordFormat predictions =
        new ScoredRecordFormat(
                config.get(ScoreTopicOptions.OUTPUT_TOPIC),
                config.get(ScoreTopicOptions.OUTPUT_FIELDS),
                config.get(ScoreTopicOptions.LATENCY_HEADER))
            .reading(
                RecordFormats.json(
                    config,
                    config.get(ScoreTopicOptions.INPUT_FORMAT),
                    avro,
                    config.get(ScoreTopicOptions.OUTPUT_FIELDS)));
    DeadLetterFormat deadLetters =
        new DeadLetterFormat(config.get(ScoreTopicOptions.DEAD_LETTER_TOPIC));
    return inference.predictions(
        input.predictions().apply(predictions),
        input.rejections().apply(deadLetters),
        KafkaTypes.OUTBOUND_RECORD);
  }

  static <T> void addWarmUpRecords(
      ReadableConfig config,
      Format format,
      AvroInput avro,
      Inference<T> inference,
      Function<KafkaRecord, T> asRead)
      throws ConfigurationException {
    String file = config.getOptional(ScoreTopicOptions.WARM_UP_RECORDS).orElse(null);
    if (file == null) {
      return;
    }
    List<KafkaRecord> records = avro.records(file, format);
    try {
      inference.warmUpRecords(file, records.stream().map(asRead).toList());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          ScoreTopicOptions.WARM_UP_RECORDS.key() + ": " + e.getMessage(), e);
    }
  }

  private CommandHistory history(String controlTopic) throws IOException {
    CommandHistory history = CommandHistory.read(client, controlTopic);
    for (RefusedCommand refused : history.refused()) {
      LOG.warn("Control topic, offset {}: {}", refused.offset(), refused.cause().getMessage());
    }
    return history;
  }

  // From the first record that is no command, so that the status topic hears of it; the commands
  // behind it are known to the operator already.
  private static long firstOffset(CommandHistory history) {
    return history.refused().isEmpty() ? history.nextOffset() : history.refused().get(0).offset();
  }

  // A sink whose topic is absent would fail after the job has started, and again at each restart.
  private void requireTopics() throws IOException {
    List<String> topics = new ArrayList<>();
    for (ConfigOption<String> option :
        List.of(
            ScoreTopicOptions.INPUT_TOPIC,
            ScoreTopicOptions.OUTPUT_TOPIC,
            ScoreTopicOptions.DEAD_LETTER_TOPIC,
            ScoreTopicOptions.STATUS_TOPIC)) {
      config.getOptional(option).ifPresent(topics::add);
    }
    KafkaConnection connection = new KafkaConnection(client);
    connection.partitionCounts(topics);
    connection.requireRoomForDeadLetters(
        config.get(ScoreTopicOptions.INPUT_TOPIC), config.get(ScoreTopicOptions.DEAD_LETTER_TOPIC));
  }

  private void report(DataStream<ModelEvent> events, String topic) {
    events
        .map(event -> ModelEventJson.outbound(topic, event))
        .returns(KafkaTypes.OUTBOUND_RECORD)
        .name("events")
        .uid("events")
        // At least once, so that an event is seen when it happens and not at the next checkpoint.
        .sinkTo(OutboundSinks.atLeastOnce(client))
        .name("status topic")
        .uid("status-sink");
  }

  private KafkaSink<OutboundRecord> sink() {
    return config.get(ScoreTopicOptions.GUARANTEE) == Guarantee.EXACTLY_ONCE
        ? OutboundSinks.exactlyOnce(
            client,
            // The same after a restart, and another for each pair of job and output.
            config.get(ScoreTopicOptions.JOB_NAME)
                + "."
                + config.get(ScoreTopicOptions.OUTPUT_TOPIC),
            config.get(ScoreTopicOptions.TRANSACTION_TIMEOUT))
        : OutboundSinks.atLeastOnce(client);
  }

  private <T> KafkaSource<T> source(
      KafkaRecordDeserializationSchema<T> deserializer, OffsetsInitializer start) {
    Properties properties = client.toProperties();
    properties.setProperty("isolation.level", "read_committed");
    return KafkaSource.<T>builder()
        .setBootstrapServers(client.bootstrapServers())
        .setTopics(config.get(ScoreTopicOptions.INPUT_TOPIC))
        .setGroupId(groupId(config))
        .setStartingOffsets(start)
        .setDeserializer(deserializer)
        .setProperties(properties)
        .build();
  }

  private OffsetsInitializer startingOffsets() {
    return switch (config.get(ScoreTopicOptions.INPUT_START)) {
      case EARLIEST -> OffsetsInitializer.earliest();
      case LATEST -> OffsetsInitializer.latest();
      case COMMITTED -> OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST);
    };
  }

  private ReadableConfig flinkOptions() {
    Configuration flink = new Configuration();
    // Records and results are immutable here: handing them on without copies is safe.
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    // Flink's own 100 ms between source and operator would make the batch timeout meaningless.
    flink.set(ExecutionOptions.BUFFER_TIMEOUT, config.get(InferenceOptions.BATCH_TIMEOUT));
    flink.set(
        CheckpointingOptions.CHECKPOINTING_INTERVAL,
        config.get(ScoreTopicOptions.CHECKPOINT_INTERVAL));
    flink.set(
        CheckpointingOptions.CHECKPOINTING_TIMEOUT,
        config.get(ScoreTopicOptions.CHECKPOINT_TIMEOUT));
    flink.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
    flink.set(CheckpointingOptions.ENABLE_UNALIGNED, config.get(ScoreTopicOptions.UNALIGNED));
    config
        .getOptional(ScoreTopicOptions.CHECKPOINT_DIRECTORY)
        .ifPresent(
            directory -> {
              flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory);
              flink.set(
                  CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                  ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
            });
    config
        .getOptional(ScoreTopicOptions.PARALLELISM)
        .ifPresent(parallelism -> flink.set(CoreOptions.DEFAULT_PARALLELISM, parallelism));
    return flink;
  }
}
