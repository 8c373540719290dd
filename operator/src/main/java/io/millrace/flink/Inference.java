package io.millrace.flink;

import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.PredictionReader;
import io.millrace.serving.ModelTimeline;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.TimestampReader;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Scores a stream with a SavedModel inside the job, in batches.
 *
 * <pre>{@code
 * InferenceStreams<Payment, Scored> scored =
 *     Inference.on(payments)
 *         .model("fraud", 7, "hdfs:///models/fraud/7")
 *         .features((payment, row) -> row.input("x").put(payment.amount).put(payment.age))
 *         .predictions(
 *             (payment, prediction, version) ->
 *                 new Scored(payment.id, prediction.output("score").getFloat(0)),
 *             TypeInformation.of(Scored.class));
 * }</pre>
 *
 * <p>Without {@link #commands} the version is fixed; with commands, versions are published to the
 * running job. The operator is chained to the one before it, but for {@link
 * CommandDelivery#BROADCAST}. Not thread-safe; used while the job is built.
 */
public final class Inference<T> {
  private final DataStream<T> records;
  private final Configuration config = new Configuration();
  private final List<Command> initial = new ArrayList<>();
  private @Nullable FeatureWriter<T> writer;
  private @Nullable DataStream<Command> commands;
  private @Nullable WarmUpRecords<T> warmUpRecords;
  private @Nullable TimestampReader<T> timestamps;
  private @Nullable String uid;
  private boolean named;
  private boolean copyRecords = true;

  private Inference(DataStream<T> records) {
    this.records = Objects.requireNonNull(records, "records");
  }

  /** Begins to describe how these records are scored. */
  public static <T> Inference<T> on(DataStream<T> records) {
    return new Inference<>(records);
  }

  /** Takes every option of {@link InferenceOptions} that is set there. */
  public Inference<T> configure(ReadableConfig options) {
    config.addAll(Configuration.fromMap(options.toMap()));
    return this;
  }

  /** Sets one option of {@link InferenceOptions}. */
  public <V> Inference<T> with(ConfigOption<V> option, V value) {
    config.set(option, value);
    return this;
  }

  /**
   * The version that scores: for good, or with {@link #commands} until another one is published.
   * Restored from a savepoint, the job goes on with the very files that scored, told by their
   * digest; naming another version here, without commands, is how a job of a fixed version is
   * upgraded.
   *
   * @param uri the version's directory, on any file system that Flink reads
   */
  public Inference<T> model(String name, long version, String uri) {
    return model(name, version, uri, null);
  }

  /**
   * As {@link #model(String, long, String)}.
   *
   * @param digest what the files must hash to, or null
   */
  public Inference<T> model(String name, long version, String uri, @Nullable String digest) {
    named = true;
    URI location = ModelLocation.parse(uri);
    return start(
        name,
        List.of(new Publish(name, version, location, digest, Command.CONFIGURED, true, null)));
  }

  /**
   * The commands to date, which say what scores from the start where there is no state to restore.
   *
   * @param name the model's name
   */
  public Inference<T> startingFrom(String name, List<Command> commandsToDate) {
    named = false;
    return start(name, commandsToDate);
  }

  /**
   * The whole timeline, given for good: each record is scored by the version that is valid at its
   * timestamp, in whatever order records come, and nothing is published to the running job. A
   * version that cannot be loaded fails the job.
   */
  public Inference<T> timeline(ModelTimeline versions) {
    named = false;
    config.set(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME);
    return start(versions.model(), new ArrayList<>(versions.entries()));
  }

  /**
   * Where a record's event time stands, by which its version is chosen with {@link
   * SwitchPolicy#EVENT_TIME}; by default that of the stream. Results carry the time that was read;
   * where none can be read, the dead letter carries that of the stream.
   */
  public Inference<T> timestamps(TimestampReader<T> reader) {
    this.timestamps = Objects.requireNonNull(reader, "reader");
    return this;
  }

  private Inference<T> start(String name, List<Command> commandsToDate) {
    config.set(InferenceOptions.NAME, name);
    initial.clear();
    initial.addAll(commandsToDate);
    return this;
  }

  /** Commands to the running job; those about other models are passed over. */
  public Inference<T> commands(DataStream<Command> stream) {
    this.commands = Objects.requireNonNull(stream, "stream");
    return this;
  }

  /** The transform before the model. */
  public Inference<T> features(FeatureWriter<T> featureWriter) {
    this.writer = Objects.requireNonNull(featureWriter, "featureWriter");
    return this;
  }

  /**
   * Records that versions are warmed up with before they score, where they bring no requests of
   * their own ({@code assets.extra/tf_serving_warmup_requests}): a version that fails on one is
   * rejected.
   *
   * @param source where they come from, for messages
   * @param samples up to 1000, of 8 MiB together; they travel with the job
   * @throws IllegalArgumentException if they are more
   */
  public Inference<T> warmUpRecords(String source, List<T> samples) {
    this.warmUpRecords = WarmUpRecords.of(source, samples, serializer());
    return this;
  }

  private TypeSerializer<T> serializer() {
    return records.getType().createSerializer(records.getExecutionConfig().getSerializerConfig());
  }

  /**
   * The operator's uid, by which a savepoint finds its state; {@code millrace-<model>} by default.
   * An operator of commands beside it is named after it, so it is to be set here, not later.
   */
  public Inference<T> uid(String operatorUid) {
    this.uid = Objects.requireNonNull(operatorUid, "operatorUid");
    return this;
  }

  /**
   * Promises that no operator before this one changes a record that it has emitted, so that records
   * of a mutable type need no copy while they wait in a batch, even where the job reuses objects.
   */
  public Inference<T> recordsAreNotReused() {
    copyRecords = false;
    return this;
  }

  /**
   * Adds the operator to the job; rejected records go to {@link InferenceStreams#rejections}.
   *
   * @param reader the transform after the model
   * @throws IllegalArgumentException for an option that is missing or wrong, which is named
   * @throws UnfitRuntimeException for a user jar that holds TensorFlow
   */
  public <OUT> InferenceStreams<T, OUT> predictions(
      PredictionReader<T, OUT> reader, TypeInformation<OUT> type) {
    return build(reader, null, type);
  }

  /**
   * Adds the operator to the job; rejected records become elements of the main output, in their
   * place.
   *
   * @param reader the transform after the model
   * @throws IllegalArgumentException for an option that is missing or wrong, which is named
   * @throws UnfitRuntimeException for a user jar that holds TensorFlow
   */
  public <OUT> InferenceStreams<T, OUT> predictions(
      PredictionReader<T, OUT> reader, RejectionMapper<T, OUT> mapper, TypeInformation<OUT> type) {
    return build(reader, Objects.requireNonNull(mapper, "mapper"), type);
  }

  private <OUT> InferenceStreams<T, OUT> build(
      PredictionReader<T, OUT> reader,
      @Nullable RejectionMapper<T, OUT> mapper,
      TypeInformation<OUT> type) {
    UserJars.refuseTensorFlow();
    FeatureWriter<T> features = writer;
    if (features == null) {
      throw new IllegalArgumentException("features(...) is missing: expected a FeatureWriter");
    }
    if (commands == null && initial.isEmpty()) {
      throw new IllegalArgumentException(
          "no version to score with: expected model(...), or commands(...) that publish one");
    }
    InferenceSettings settings =
        InferenceSettings.of(config, roots(), commands == null ? 1 : 2, copyRecords);
    for (Command command : initial) {
      if (!command.model().equals(settings.model())) {
        throw new IllegalArgumentException(
            InferenceOptions.NAME.key()
                + " is '"
                + settings.model()
                + "', but a version of '"
                + command.model()
                + "' is to start with: expected one name");
      }
    }
    requireTimes(settings);
    OutputTag<Rejection<T>> rejections = rejectionTag();
    InferenceFunctions<T, OUT> functions =
        new InferenceFunctions<>(features, reader, mapper, rejections, warmUpRecords, timestamps);
    String id = uid == null ? "millrace-" + settings.model() : uid;
    return new InferenceStreams<>(operator(settings, functions, id, type).uid(id), rejections);
  }

  private void requireTimes(InferenceSettings settings) {
    if (settings.byTime() != null
        && commands == null
        && initial.stream().noneMatch(ModelTimeline::isEntry)) {
      throw new IllegalArgumentException(
          InferenceOptions.SWITCH_POLICY.key()
              + " is event-time and no version has an effective-from: expected timeline(...), or"
              + " commands(...) that publish one");
    }
  }

  private <OUT> SingleOutputStreamOperator<OUT> operator(
      InferenceSettings settings,
      InferenceFunctions<T, OUT> functions,
      String id,
      TypeInformation<OUT> type) {
    String name = "score with " + settings.model();
    DataStream<Command> stream = commands;
    if (stream == null) {
      return records.transform(
          name, type, new ChainedInferenceOperator.Factory<>(settings, functions, initial, named));
    }
    requireStreaming();
    if (config.get(InferenceOptions.COMMAND_DELIVERY) == CommandDelivery.COORDINATOR) {
      String path = id + "-commands";
      sendToJobManager(stream, settings.model(), path);
      return records.transform(
          name,
          type,
          new CoordinatedInferenceOperator.Factory<>(settings, functions, initial, path));
    }
    return records
        .connect(stream.broadcast())
        .transform(
            name, type, new BroadcastInferenceOperator.Factory<>(settings, functions, initial));
  }

  // In batch execution, which records come before a command differs from run to run.
  private void requireStreaming() {
    RuntimeExecutionMode mode =
        records.getExecutionEnvironment().getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
    if (mode != RuntimeExecutionMode.STREAMING) {
      throw new IllegalArgumentException(
          "commands are given and "
              + ExecutionOptions.RUNTIME_MODE.key()
              + " is "
              + mode
              + ": expected STREAMING, or fixed versions or a timeline without commands");
    }
  }

  private static void sendToJobManager(DataStream<Command> stream, String model, String path) {
    stream
        .transform("commands to " + model, Types.VOID, new CommandSender.Factory(model, path))
        .forceNonParallel()
        .uid(path);
  }

  // Where the job names no roots, only the folders of the versions it was given are readable.
  private List<String> roots() {
    List<String> named = config.getOptional(InferenceOptions.ROOTS).orElse(List.of());
    if (!named.isEmpty()) {
      return named;
    }
    List<String> folders = new ArrayList<>();
    for (Command command : initial) {
      if (command instanceof Publish publish) {
        folders.add(publish.uri().toString());
      }
    }
    if (folders.isEmpty() || commands != null) {
      throw new IllegalArgumentException(
          InferenceOptions.ROOTS.key()
              + " is missing: expected the locations below which models may lie");
    }
    return folders;
  }

  private OutputTag<Rejection<T>> rejectionTag() {
    @SuppressWarnings("unchecked") // The class of a generic type.
    Class<Rejection<T>> type = (Class<Rejection<T>>) (Class<?>) Rejection.class;
    return new OutputTag<>(
        "millrace-rejections",
        ValueTypeInformation.of(type, new RejectionSerializer<>(serializer())));
  }
}
