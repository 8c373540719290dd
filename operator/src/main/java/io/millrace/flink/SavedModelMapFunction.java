package io.millrace.flink;

import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.model.Batch;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.InferenceException;
import io.millrace.model.ModelException;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.jspecify.annotations.Nullable;

/**
 * Scores one record a call with a fixed version: the plain form, for streams of few records or
 * models that take no batches. {@link Inference} is many times faster on small models.
 *
 * <pre>{@code
 * payments.map(
 *     SavedModelMapFunction.of(
 *         "fraud", 7, "hdfs:///models/fraud/7",
 *         (payment, row) -> row.input("x").put(payment.amount).put(payment.age),
 *         (payment, prediction, version) -> prediction.output("score").getFloat(0)))
 * }</pre>
 *
 * <p>The model is loaded in {@link #open}, shared with the other operators of the slot, and
 * released in {@link #close}. A record that cannot be scored fails the task unless a {@link
 * RejectionMapper} says what becomes of it.
 */
public final class SavedModelMapFunction<T, OUT> extends RichMapFunction<T, OUT> {
  private static final long serialVersionUID = 1L;

  private final InferenceSettings settings;
  private final Publish version;
  private final FeatureWriter<T> writer;
  private final PredictionReader<T, OUT> reader;
  private final @Nullable RejectionMapper<T, OUT> rejections;

  private transient @Nullable ServedModel model;
  private transient @Nullable RecordBatch batch;

  private SavedModelMapFunction(
      InferenceSettings settings,
      Publish version,
      FeatureWriter<T> writer,
      PredictionReader<T, OUT> reader,
      @Nullable RejectionMapper<T, OUT> rejections) {
    this.settings = settings;
    this.version = version;
    this.writer = Objects.requireNonNull(writer, "writer");
    this.reader = Objects.requireNonNull(reader, "reader");
    this.rejections = rejections;
  }

  /**
   * A function with default options.
   *
   * @param uri the version's directory, on any file system that Flink reads; nothing outside is
   *     read
   * @throws UnfitRuntimeException for a user jar that holds TensorFlow
   */
  public static <T, OUT> SavedModelMapFunction<T, OUT> of(
      String name,
      long version,
      String uri,
      FeatureWriter<T> writer,
      PredictionReader<T, OUT> reader) {
    UserJars.refuseTensorFlow();
    return new SavedModelMapFunction<>(
        settings(name, uri, new Configuration()),
        publish(name, version, uri),
        writer,
        reader,
        null);
  }

  /** The same function with these {@link InferenceOptions}; those about batches have no effect. */
  public SavedModelMapFunction<T, OUT> configure(ReadableConfig options) {
    return new SavedModelMapFunction<>(
        settings(version.model(), version.uri().toString(), options),
        version,
        writer,
        reader,
        rejections);
  }

  /** The same function with a result for records that cannot be scored. */
  public SavedModelMapFunction<T, OUT> rejections(RejectionMapper<T, OUT> mapper) {
    return new SavedModelMapFunction<>(settings, version, writer, reader, mapper);
  }

  private static InferenceSettings settings(String name, String uri, ReadableConfig options) {
    Configuration config = Configuration.fromMap(options.toMap());
    if (config.get(InferenceOptions.SWITCH_POLICY) != SwitchPolicy.AVAILABLE) {
      throw new IllegalArgumentException(
          InferenceOptions.SWITCH_POLICY.key()
              + " is event-time: expected available, or Inference, as a map function has one"
              + " version");
    }
    config.set(InferenceOptions.NAME, name);
    config.set(InferenceOptions.MAX_BATCH_SIZE, 1);
    config.removeConfig(InferenceOptions.ALLOWED_BATCH_SIZES);
    config.removeConfig(InferenceOptions.DETERMINISTIC);
    config.removeConfig(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS);
    config.removeConfig(InferenceOptions.PAD_VALUES);
    return InferenceSettings.of(
        config, config.getOptional(InferenceOptions.ROOTS).orElse(List.of(uri)), 1, false);
  }

  private static Publish publish(String name, long version, String uri) {
    return new Publish(
        name, version, ModelLocation.parse(uri), null, Command.CONFIGURED, true, null);
  }

  @Override
  public void open(OpenContext context) throws Exception {
    ServedModel served = load();
    model = served;
    batch = served.takeBatch();
  }

  private ServedModel load() throws Exception {
    RuntimeContext context = getRuntimeContext();
    ReadableConfig taskManager =
        context instanceof StreamingRuntimeContext streaming
            ? streaming.getTaskManagerRuntimeInfo().getConfiguration()
            : new Configuration();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    ModelLoader loader =
        InferenceRuntime.loader(settings, context.getTaskInfo(), temporary, taskManager);
    try {
      return loader.load(version, null);
    } catch (ModelException e) {
      throw UnfitRuntimeException.ofFirstVersion(e);
    }
  }

  @Override
  public OUT map(T record) throws Exception {
    ServedModel served = Objects.requireNonNull(model, "not open");
    Batch rows = Objects.requireNonNull(batch, "not open").rows();
    rows.clear();
    try {
      rows.append(record, writer);
      rows.run(0, 1);
      if (settings.rejectNonFiniteOutput() && !rows.prediction(0).isFinite()) {
        throw new RecordException(
            RecordReason.NON_FINITE_OUTPUT,
            served.version() + " answered NaN or an infinity: expected finite values");
      }
      return reader.read(record, rows.prediction(0), served.version());
    } catch (RecordException e) {
      return rejected(record, e, served);
    } catch (InferenceException e) {
      return rejected(
          record,
          new RecordException(RecordReason.MODEL_FAILED, String.valueOf(e.getMessage())),
          served);
    }
  }

  private OUT rejected(T record, RecordException e, ServedModel served) {
    if (rejections == null) {
      throw e;
    }
    return rejections.map(
        new Rejection<>(record, e.reason(), String.valueOf(e.getMessage()), served.version()));
  }

  @Override
  public void close() {
    ServedModel served = model;
    model = null;
    batch = null;
    if (served != null) {
      served.close();
    }
  }
}
