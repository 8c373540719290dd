package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Batching;
import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.flink.InferenceOptions.NonFinite;
import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.Probe;
import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.SampleRow;
import io.millrace.probe.ProbeSettings;
import io.millrace.serving.WarmUp;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * How a job uses the versions of its model, as {@link InferenceOptions} say: what a subtask does
 * with a version before it scores, and whoever wants to know beforehand what it would find.
 *
 * <pre>{@code
 * ModelUse use = ModelUse.of(config);
 * try (Model model = engine.load(files, use.loadOptions())) {
 *   BatchOptions options = use.batchOptions(model, use.signature(model));
 *   try (Batch batch = model.newBatch(options)) { ... }
 * }
 * }</pre>
 *
 * <p>Immutable. Models belong to the caller.
 */
public final class ModelUse implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Integrity integrity;
  private final LoadOptions loadOptions;
  private final HashMap<String, Shape> inputShapes;
  private final BatchDimension batchDimension;
  private final BatchSizes batchSizes;
  private final @Nullable HashMap<String, String> padValues;
  private final boolean rejectNonFinite;

  private ModelUse(ReadableConfig config) {
    requireDiskForProbe(config);
    integrity = config.get(InferenceOptions.INTEGRITY);
    loadOptions =
        new LoadOptions(
            config.getOptional(InferenceOptions.TAGS).orElse(null),
            config.getOptional(InferenceOptions.SIGNATURE_KEY).orElse(null),
            config.get(InferenceOptions.OPS_POLICY),
            LowerBounds.atLeast(config, InferenceOptions.INTRA_OP_PARALLELISM, 0),
            LowerBounds.atLeast(config, InferenceOptions.INTER_OP_PARALLELISM, -1));
    inputShapes = new HashMap<>(InputShapes.of(config));
    batchDimension = dimension(config.get(InferenceOptions.BATCHING));
    batchSizes = AllowedBatchSizes.of(config);
    Map<String, String> values = PadValues.of(config);
    padValues = values == null ? null : new HashMap<>(values);
    rejectNonFinite = config.get(InferenceOptions.NON_FINITE_INPUT) == NonFinite.REJECT;
  }

  private static void requireDiskForProbe(ReadableConfig config) {
    if (config.get(InferenceOptions.PROBE) == Probe.ON
        && config.get(InferenceOptions.STAGING) == Staging.MEMORY) {
      throw new IllegalArgumentException(
          InferenceOptions.STAGING.key()
              + " is memory and "
              + InferenceOptions.PROBE.key()
              + " is on: expected disk or off, a process of its own cannot read this one's memory");
    }
  }

  private static BatchDimension dimension(Batching batching) {
    return switch (batching) {
      case AUTO -> BatchDimension.FIND_OUT;
      case ON -> BatchDimension.PRESENT;
      case OFF -> BatchDimension.ABSENT;
    };
  }

  /**
   * Reads the options.
   *
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  public static ModelUse of(ReadableConfig config) {
    requireOwnLoads(config);
    return new ModelUse(config);
  }

  // A slot that still scores would hold the old version for all of them.
  private static void requireOwnLoads(ReadableConfig config) {
    if (config.get(InferenceOptions.OVERLAP) == Overlap.UNLOAD_FIRST
        && config.get(InferenceOptions.SHARING) == Sharing.TASK_MANAGER) {
      throw new IllegalArgumentException(
          InferenceOptions.OVERLAP.key()
              + " is unload-first with "
              + InferenceOptions.SHARING.key()
              + " task-manager: expected both, or slot, as a version that several slots share is"
              + " closed only when the last of them lets go");
    }
  }

  /**
   * Refuses a version that is published without the digest that the job requires. What the job's
   * own code or configuration names has nobody in between who could exchange it.
   *
   * @throws ModelException MALFORMED_COMMAND
   */
  public void requireDigest(Publish publish) throws ModelException {
    boolean commanded = publish.sequence() > Command.CONFIGURED;
    if (integrity == Integrity.REQUIRED && commanded && publish.digest() == null) {
      throw new ModelException(
          ModelReason.MALFORMED_COMMAND,
          publish.model()
              + "/"
              + publish.version()
              + " is published without a digest, and "
              + InferenceOptions.INTEGRITY.key()
              + " is required: expected the digest of its manifest, as 'millrace model publish'"
              + " sends it");
    }
  }

  /** How a version is loaded. */
  public LoadOptions loadOptions() {
    return loadOptions;
  }

  /** How many rows a run may have, if the model takes batches. */
  BatchSizes batchSizes() {
    return batchSizes;
  }

  /**
   * The signature that scores, with the shapes that the job states.
   *
   * @throws ModelException SIGNATURE_MISMATCH if there is none, or it does not take those shapes
   */
  public Signature signature(Model model) throws ModelException {
    return narrowed(model.signature(loadOptions.signatureKey()));
  }

  /** A signature that a model declares, with the shapes that the job states. */
  Signature narrowed(Signature declared) throws ModelException {
    try {
      return declared.withInputShapes(inputShapes);
    } catch (IllegalArgumentException e) {
      throw mismatch(InferenceOptions.INPUT_SHAPES.key(), e);
    }
  }

  /**
   * What the batches of a model are for; found out by warming it up with rows of zeros.
   *
   * @param signature the model's, with the shapes that the job states
   * @throws ModelException WARM_UP_FAILED if it does not run, SIGNATURE_MISMATCH if it does not
   *     take batches, or padding, that the job demands
   */
  public BatchOptions batchOptions(Model model, Signature signature) throws ModelException {
    return batchOptions(model, signature, List.of());
  }

  /**
   * As {@link #batchOptions(Model, Signature)}.
   *
   * @param samples rows to warm the model up with; none where they are to be made up
   */
  BatchOptions batchOptions(Model model, Signature signature, List<SampleRow> samples)
      throws ModelException {
    WarmUp.Rows rows = WarmUp.run(model, signature, batchDimension, batchSizes, samples);
    BatchOptions options =
        new BatchOptions(signature, rows.batched(), rows.sizes(), rejectNonFinite, padValues);
    if (padValues != null) {
      requirePadding(model, options);
    }
    return options;
  }

  // A value that an input does not take is this version's fault, not the first record's. Without
  // padding, the warm-up has opened such a batch already.
  private static void requirePadding(Model model, BatchOptions options) throws ModelException {
    try {
      model.newBatch(options).close();
    } catch (ModelException e) {
      throw e.reason() == ModelReason.SIGNATURE_MISMATCH
          ? mismatch(InferenceOptions.PAD_VALUES.key(), e)
          : e;
    }
  }

  private static ModelException mismatch(String key, Exception cause) {
    return new ModelException(
        ModelReason.SIGNATURE_MISMATCH, key + ": " + cause.getMessage(), cause);
  }

  /**
   * How a version is tried out.
   *
   * @param schema what the job writes and reads; null if this is its first version
   */
  ProbeSettings probeSettings(@Nullable ServingSchema schema, Duration timeout) {
    HashMap<String, Shape> shapes = new HashMap<>(inputShapes);
    if (schema != null) {
      schema.signature().inputs().forEach(input -> shapes.put(input.name(), input.shape()));
    }
    return new ProbeSettings(loadOptions, shapes, batchDimension, batchSizes, timeout);
  }
}
