package io.millrace.flink;

import io.millrace.model.Command.Publish;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import io.millrace.model.ModelVersion;
import io.millrace.serving.Leases.Lease;
import io.millrace.serving.WarmUp;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Makes a published version ready to score: takes a lease on it, checks its signature against the
 * job's, warms it up. Blocks; used by one thread at a time.
 */
final class ModelLoader {
  private final InferenceSettings settings;
  private final String scope;
  private final ModelStore store;
  private final ModelEngine engine;
  private @Nullable Signature schema;

  /**
   * @param scope who shares a load: the slot's allocation, or the TaskManager
   */
  ModelLoader(InferenceSettings settings, String scope, ModelStore store, ModelEngine engine) {
    this.settings = settings;
    this.scope = scope;
    this.store = store;
    this.engine = engine;
  }

  /**
   * Loads a version.
   *
   * @return the model, warm; owned by the caller, who closes it
   * @throws ModelException if it cannot be used; nothing is held then
   */
  ServedModel load(Publish publish) throws ModelException, InterruptedException {
    SharedModel.Key key =
        new SharedModel.Key(
            scope, publish.model(), publish.version(), publish.uri(), settings.loadOptions());
    Lease<SharedModel> lease = SharedModel.acquire(key, publish.digest(), store, engine);
    try {
      return prepare(publish, lease);
    } catch (ModelException | RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  private ServedModel prepare(Publish publish, Lease<SharedModel> lease) throws ModelException {
    SharedModel shared = lease.value();
    long start = System.nanoTime();
    Signature signature = narrowed(shared.model().signature(settings.signatureKey()));
    Signature expected = schema;
    if (expected != null) {
      requireSameInterface(expected, signature);
    }
    long verified = System.nanoTime();
    boolean batched =
        WarmUp.run(shared.model(), signature, settings.batchDimension(), settings.maxBatchSize());
    LoadTimes times =
        new LoadTimes(
            lease.loadedHere() ? shared.fetchTime() : Duration.ZERO,
            Duration.ofNanos(verified - start),
            lease.loadedHere() ? shared.loadTime() : Duration.ZERO,
            Duration.ofNanos(System.nanoTime() - verified),
            Duration.ZERO);
    if (expected == null) {
      schema = signature;
    }
    ModelVersion version = new ModelVersion(publish.model(), publish.version(), shared.digest());
    return new ServedModel(publish, version, signature, batched, lease, times, settings);
  }

  private Signature narrowed(Signature signature) throws ModelException {
    try {
      return signature.withInputShapes(settings.inputShapes());
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          InferenceOptions.INPUT_SHAPES.key() + ": " + e.getMessage(),
          e);
    }
  }

  // The first version fixes what the job writes and reads; a later one may only answer more.
  private static void requireSameInterface(Signature expected, Signature actual)
      throws ModelException {
    if (!expected.inputNames().equals(actual.inputNames())) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          "inputs of signature '"
              + actual.name()
              + "': expected "
              + expected.inputNames()
              + ", got "
              + actual.inputNames());
    }
    for (TensorSpec input : expected.inputs()) {
      requireFits("input", input, actual.inputs().get(actual.inputIndex(input.name())));
    }
    for (TensorSpec output : expected.outputs()) {
      int index = actual.outputIndex(output.name());
      if (index < 0) {
        throw new ModelException(
            ModelReason.SIGNATURE_MISMATCH,
            "output "
                + output
                + " of signature '"
                + actual.name()
                + "' is missing: got "
                + actual.outputNames());
      }
      requireFits("output", output, actual.outputs().get(index));
    }
  }

  private static void requireFits(String kind, TensorSpec expected, TensorSpec actual)
      throws ModelException {
    if (expected.type() != actual.type() || !actual.shape().admits(expected.shape())) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          kind
              + " '"
              + expected.name()
              + "': expected "
              + expected.describe()
              + ", got "
              + actual.describe());
    }
  }
}
