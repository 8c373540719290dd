package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Batching;
import io.millrace.flink.InferenceOptions.NonFinite;
import io.millrace.flink.InferenceOptions.Probe;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.probe.ModelProbe;
import io.millrace.probe.ProbeSettings;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.Shape;
import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/** {@link InferenceOptions} as the operator uses them: read once, checked, serializable. */
record InferenceSettings(
    String model,
    @Nullable String signatureKey,
    HashMap<String, Shape> inputShapes,
    List<String> roots,
    Sharing sharing,
    LoadOptions loadOptions,
    @Nullable Duration probeTimeout,
    BatchDimension batchDimension,
    BatchSizes batchSizes,
    @Nullable HashMap<String, String> padValues,
    Duration batchTimeout,
    RunIn runIn,
    int maxEnqueuedBatches,
    boolean rejectNonFiniteInput,
    boolean rejectNonFiniteOutput,
    int versionsAtOnce,
    boolean copyRecords)
    implements Serializable {

  /**
   * @param roots below which models may lie
   * @param versionsAtOnce two where one version takes over from another in the running job, else
   *     one
   * @param copyRecords whether the operators before may change a record that they have emitted
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  static InferenceSettings of(
      ReadableConfig config, List<String> roots, int versionsAtOnce, boolean copyRecords) {
    String model = config.getOptional(InferenceOptions.NAME).orElse(null);
    if (model == null) {
      throw new IllegalArgumentException(
          InferenceOptions.NAME.key() + " is missing: expected the name of the model that scores");
    }
    ModelRoots.of(roots);
    return new InferenceSettings(
        model,
        config.getOptional(InferenceOptions.SIGNATURE_KEY).orElse(null),
        new HashMap<>(InputShapes.of(config)),
        List.copyOf(roots),
        config.get(InferenceOptions.SHARING),
        new LoadOptions(
            config.getOptional(InferenceOptions.TAGS).orElse(null),
            atLeast(config, InferenceOptions.INTRA_OP_PARALLELISM, 0),
            atLeast(config, InferenceOptions.INTER_OP_PARALLELISM, -1)),
        config.get(InferenceOptions.PROBE) == Probe.ON
            ? atLeastOneMilli(config, InferenceOptions.PROBE_TIMEOUT)
            : null,
        dimension(config.get(InferenceOptions.BATCHING)),
        AllowedBatchSizes.of(config),
        padValues(config),
        atLeastOneMilli(config, InferenceOptions.BATCH_TIMEOUT),
        config.get(InferenceOptions.RUN_IN),
        atLeast(config, InferenceOptions.MAX_ENQUEUED_BATCHES, 1),
        config.get(InferenceOptions.NON_FINITE_INPUT) == NonFinite.REJECT,
        config.get(InferenceOptions.NON_FINITE_OUTPUT) == NonFinite.REJECT,
        versionsAtOnce,
        copyRecords);
  }

  private static @Nullable HashMap<String, String> padValues(ReadableConfig config) {
    Map<String, String> values = PadValues.of(config);
    return values == null ? null : new HashMap<>(values);
  }

  /**
   * What tries versions out before they are loaded, or null where none does.
   *
   * @param schema what the job writes and reads; null if this is its first version
   */
  @Nullable ModelProbe probe(@Nullable ServingSchema schema) {
    if (probeTimeout == null) {
      return null;
    }
    HashMap<String, Shape> shapes = new HashMap<>(inputShapes);
    if (schema != null) {
      schema.signature().inputs().forEach(input -> shapes.put(input.name(), input.shape()));
    }
    return new ModelProbe(
        new ProbeSettings(
            loadOptions, signatureKey, shapes, batchDimension, batchSizes, probeTimeout));
  }

  private static int atLeast(ReadableConfig config, ConfigOption<Integer> option, int least) {
    int value = config.get(option);
    if (value < least) {
      throw new IllegalArgumentException(
          option.key() + " is " + value + ": expected an integer >= " + least);
    }
    return value;
  }

  private static Duration atLeastOneMilli(ReadableConfig config, ConfigOption<Duration> option) {
    Duration value = config.get(option);
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(
          option.key() + " is " + value + ": expected at least 1 ms");
    }
    return value;
  }

  private static BatchDimension dimension(Batching batching) {
    return switch (batching) {
      case AUTO -> BatchDimension.FIND_OUT;
      case ON -> BatchDimension.PRESENT;
      case OFF -> BatchDimension.ABSENT;
    };
  }
}
