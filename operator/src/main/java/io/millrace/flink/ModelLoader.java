package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.model.BatchOptions;
import io.millrace.model.Command.Publish;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import io.millrace.model.ModelVersion;
import io.millrace.model.SampleRow;
import io.millrace.serving.Leases.Lease;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.ServingRequests;
import java.time.Duration;
import java.util.List;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a published version ready to score: takes a lease on it, checks its signature against the
 * job's, warms it up. Blocks; used by one thread at a time.
 */
final class ModelLoader {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLoader.class);

  /** Sees to it that there is memory for a version that is about to be loaded. */
  @FunctionalInterface
  interface Room {
    void make() throws InterruptedException;
  }

  private final InferenceSettings settings;
  private final String scope;
  private final ModelStore store;
  private final ModelEngine engine;
  private final List<SampleRow> samples;

  /** How long the files of the last version were looked at before it was loaded. */
  private Duration inspection = Duration.ZERO;

  /** Whether a version was loaded here: what TensorFlow needs is there then. */
  private boolean worked;

  /**
   * @param scope who shares a load: the slot's allocation, or the TaskManager
   */
  ModelLoader(InferenceSettings settings, String scope, ModelStore store, ModelEngine engine) {
    this(settings, scope, store, engine, List.of());
  }

  /**
   * @param samples rows to warm a version up with that has no requests of its own
   */
  ModelLoader(
      InferenceSettings settings,
      String scope,
      ModelStore store,
      ModelEngine engine,
      List<SampleRow> samples) {
    this.settings = settings;
    this.scope = scope;
    this.store = store;
    this.engine = engine;
    this.samples = samples;
  }

  /** Whether the version that scores is closed before another is loaded. */
  boolean unloadsFirst() {
    return settings.overlap() == Overlap.UNLOAD_FIRST;
  }

  /**
   * Loads a version beside whatever is there.
   *
   * @param schema what the job writes and reads; null if this is its first version
   * @return the model, warm; owned by the caller, who closes it
   * @throws ModelException if it cannot be used; nothing is held then
   * @throws UnfitRuntimeException if the first version shows that none can be loaded in this
   *     process
   */
  ServedModel load(Publish publish, @Nullable ServingSchema schema)
      throws ModelException, InterruptedException {
    // Without a schema there is nothing to hold it against, and the load reads it anyway.
    return loadBehind(
        publish,
        schema,
        schema == null ? SharedModel.BeforeLoad.NOTHING : files -> inspect(files, schema));
  }

  /**
   * As {@link #load(Publish, ServingSchema)}, once there is room for it: asked for behind all that
   * can refuse the version by its files alone.
   */
  ServedModel load(Publish publish, @Nullable ServingSchema schema, Room room)
      throws ModelException, InterruptedException {
    return loadBehind(
        publish,
        schema,
        files -> {
          inspect(files, schema);
          room.make();
        });
  }

  private void inspect(ModelFiles files, @Nullable ServingSchema schema) throws ModelException {
    long start = System.nanoTime();
    Signature declared = engine.inspect(files, settings.use().loadOptions()).orElse(null);
    if (declared == null) {
      return;
    }
    Signature signature = settings.use().narrowed(declared);
    if (schema != null) {
      schema.fit(signature);
    }
    inspection = Duration.ofNanos(System.nanoTime() - start);
  }

  private ServedModel loadBehind(
      Publish publish, @Nullable ServingSchema schema, SharedModel.BeforeLoad before)
      throws ModelException, InterruptedException {
    try {
      ServedModel model = lease(publish, schema, before);
      worked = true;
      return model;
    } catch (RuntimeException e) {
      throw rejected(publish, e);
    } catch (StackOverflowError e) {
      // Some reader follows the files by recursion, and its stack is unwound by now.
      throw rejected(publish, e);
    } catch (OutOfMemoryError e) {
      if (!ExceptionUtils.isHeapSpaceOutOfMemoryError(e)) {
        // Classes, threads, buffers: the process lacks them, whatever the version.
        throw e;
      }
      throw tooLarge(publish, e);
    } catch (LinkageError e) {
      if (worked) {
        throw rejected(publish, e);
      }
      // No model's fault: classes or the native library of TensorFlow are not all there.
      throw new UnfitRuntimeException(
          "TensorFlow cannot be loaded on this TaskManager (" + e + "): " + RuntimeJars.MEND, e);
    }
  }

  // Files and graphs come from outside: what they make a library throw is their fault, and a bad
  // model must not fail the job.
  private static ModelException rejected(Publish publish, Throwable failure) {
    LOG.warn("Loading {}/{} failed unexpectedly", publish.model(), publish.version(), failure);
    return new ModelException(ModelReason.LOAD_FAILED, "unexpected failure: " + failure, failure);
  }

  // What did not fit was asked for by this version and is garbage now; the one that scores, and the
  // other jobs of the TaskManager, need not end for it.
  private static ModelException tooLarge(Publish publish, OutOfMemoryError failure) {
    LOG.warn("Loading {}/{} used the heap up", publish.model(), publish.version(), failure);
    return new ModelException(
        ModelReason.TOO_LARGE,
        "the heap of "
            + (Runtime.getRuntime().maxMemory() >> 20)
            + " MiB is used up by loading it: raise taskmanager.memory.task.heap.size",
        failure);
  }

  private ServedModel lease(
      Publish publish, @Nullable ServingSchema schema, SharedModel.BeforeLoad before)
      throws ModelException, InterruptedException {
    inspection = Duration.ZERO;
    settings.use().requireDigest(publish);
    SharedModel.Key key =
        new SharedModel.Key(
            scope,
            publish.model(),
            publish.version(),
            publish.uri(),
            settings.use().loadOptions(),
            settings.roots(),
            settings.integrity(),
            null);
    warnOfThreads();
    Lease<SharedModel> lease =
        SharedModel.acquire(
            key,
            settings.use().loadOptions().signatureKey(),
            publish.digest(),
            store,
            settings.probe(schema),
            before,
            engine);
    try {
      return prepare(publish, schema, lease);
    } catch (ModelException | RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  private void warnOfThreads() {
    int threads = settings.use().loadOptions().intraOpParallelism();
    int cores = Runtime.getRuntime().availableProcessors();
    if (threads > cores && !worked) {
      LOG.warn(
          "{} is {}, but there are {} cores: the threads of an op will wait for each other",
          InferenceOptions.INTRA_OP_PARALLELISM.key(),
          threads,
          cores);
    }
  }

  private ServedModel prepare(
      Publish publish, @Nullable ServingSchema schema, Lease<SharedModel> lease)
      throws ModelException {
    SharedModel shared = lease.value();
    long start = System.nanoTime();
    ModelUse use = settings.use();
    Signature signature = use.signature(shared.model());
    if (schema != null) {
      signature = schema.fit(signature);
    }
    long verified = System.nanoTime();
    List<SampleRow> requests = ServingRequests.read(shared.files(), signature);
    BatchOptions options =
        use.batchOptions(shared.model(), signature, requests.isEmpty() ? samples : requests);
    GoldenRows.check(shared.files(), shared.model(), options);
    if (!options.sizes().equals(use.batchSizes())) {
      LOG.info(
          "{}/{} is run one record a call: what is stated of batches and padding has no effect",
          publish.model(),
          publish.version());
    }
    LoadTimes times =
        new LoadTimes(
            lease.loadedHere() ? shared.fetchTime() : Duration.ZERO,
            Duration.ofNanos(verified - start)
                .plus(lease.loadedHere() ? shared.probeTime().plus(inspection) : Duration.ZERO),
            lease.loadedHere() ? shared.loadTime() : Duration.ZERO,
            Duration.ofNanos(System.nanoTime() - verified),
            Duration.ZERO);
    ModelVersion version = new ModelVersion(publish.model(), publish.version(), shared.digest());
    return new ServedModel(publish, version, lease, options, times);
  }
}
