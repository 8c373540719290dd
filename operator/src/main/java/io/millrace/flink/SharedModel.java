package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Integrity;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelEngine;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelSize;
import io.millrace.model.ModelStore;
import io.millrace.probe.ModelProbe;
import io.millrace.serving.Leases;
import io.millrace.serving.MemoryDemand;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model and its files, held once by whoever shares it: all operators of one task slot, or
 * of one TaskManager. The registry is static, so it is as wide as the class loader of the job's
 * code.
 */
final class SharedModel implements AutoCloseable {

  /**
   * What is loaded once.
   *
   * @param scope the slot's allocation, or the TaskManager
   * @param options without the signature, of which there may be several on one model
   * @param roots where models may lie: whoever may read less does not get at what others hold
   * @param integrity whoever demands a manifest does not get what was loaded without
   * @param replaced the digest of what came to be at a location while others hold what was there
   *     before; null for what the first of them found. Whoever comes when those have let go loads
   *     it once more, under null
   */
  record Key(
      String scope,
      String model,
      long version,
      URI uri,
      LoadOptions options,
      List<String> roots,
      Integrity integrity,
      @Nullable String replaced) {
    Key {
      options = options.withSignatureKey(null);
    }

    private Key replacedBy(String digest) {
      return new Key(scope, model, version, uri, options, roots, integrity, digest);
    }
  }

  private static final Leases<Key, SharedModel> LEASES = new Leases<>();
  private static final AtomicLong NATIVE_BYTES = new AtomicLong();

  private final Model model;
  private final ModelFiles files;
  private final long nativeBytes;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Duration fetchTime;
  private final Duration probeTime;
  private final Duration loadTime;

  private SharedModel(
      Model model,
      ModelFiles files,
      long nativeBytes,
      Duration fetchTime,
      Duration probeTime,
      Duration loadTime) {
    this.model = model;
    this.files = files;
    this.nativeBytes = nativeBytes;
    NATIVE_BYTES.addAndGet(nativeBytes);
    this.fetchTime = fetchTime;
    this.probeTime = probeTime;
    this.loadTime = loadTime;
  }

  /** Comes between the fetch of a version and its load. */
  @FunctionalInterface
  interface BeforeLoad {
    BeforeLoad NOTHING = files -> {};

    /**
     * @param files fetched, verified and tried out
     * @throws ModelException if they are not to be loaded
     */
    void accept(ModelFiles files) throws ModelException, InterruptedException;
  }

  /**
   * A lease on a model, which is fetched and loaded in the calling thread if nobody in its scope
   * holds it.
   *
   * @param signatureKey the signature that the lease is for, or null for the default one
   * @param digest what the files must hash to, or null
   * @param probe tries the files out before the engine sees them; null if nothing does
   * @param before done if the model is loaded here
   */
  static Leases.Lease<SharedModel> acquire(
      Key key,
      @Nullable String signatureKey,
      @Nullable String digest,
      ModelStore store,
      @Nullable ModelProbe probe,
      BeforeLoad before,
      ModelEngine engine)
      throws ModelException, InterruptedException {
    LoadOptions options = key.options().withSignatureKey(signatureKey);
    Leases.Loader<SharedModel> loader =
        () -> load(key.uri(), options, digest, store, probe, before, engine);
    Leases.Lease<SharedModel> lease = lease(key, loader);
    if (digest == null || digest.equals(lease.value().digest())) {
      return lease;
    }
    lease.close();
    return lease(key.replacedBy(digest), loader);
  }

  /** What was refused in the thread that loaded may be its own signature, schema or digest. */
  private static final Set<ModelReason> OF_ONE_LEASE =
      Set.of(ModelReason.OP_REFUSED, ModelReason.SIGNATURE_MISMATCH, ModelReason.DIGEST_MISMATCH);

  private static Leases.Lease<SharedModel> lease(Key key, Leases.Loader<SharedModel> loader)
      throws ModelException, InterruptedException {
    AtomicBoolean here = new AtomicBoolean();
    while (true) {
      try {
        return LEASES.acquire(
            key,
            () -> {
              here.set(true);
              return loader.load();
            });
      } catch (ModelException e) {
        if (here.get() || !OF_ONE_LEASE.contains(e.reason())) {
          throw e;
        }
      }
    }
  }

  private static SharedModel load(
      URI uri,
      LoadOptions options,
      @Nullable String digest,
      ModelStore store,
      @Nullable ModelProbe probe,
      BeforeLoad before,
      ModelEngine engine)
      throws ModelException, InterruptedException {
    long start = System.nanoTime();
    ModelFiles files = fetch(store, uri, digest);
    long fetched = System.nanoTime();
    try {
      if (probe != null) {
        probe.require(files);
      }
      long probed = System.nanoTime();
      before.accept(files);
      long nativeBytes = nativeBytes(files);
      long begun = System.nanoTime();
      Model model = engine.load(files, options);
      return new SharedModel(
          model,
          files,
          nativeBytes,
          Duration.ofNanos(fetched - start),
          Duration.ofNanos(probed - fetched),
          Duration.ofNanos(System.nanoTime() - begun));
    } catch (ModelException | InterruptedException | RuntimeException | Error e) {
      files.close();
      throw e;
    }
  }

  // A file system's client that lacks a class says nothing about TensorFlow.
  private static ModelFiles fetch(ModelStore store, URI uri, @Nullable String digest)
      throws ModelException, InterruptedException {
    try {
      return store.fetch(uri, digest);
    } catch (LinkageError e) {
      throw new ModelException(
          ModelReason.FETCH_FAILED, uri + ": the file system's client: " + e, e);
    }
  }

  private static long nativeBytes(ModelFiles files) {
    try {
      return new MemoryDemand(files.size(), 1, 1).bytesPerCopy();
    } catch (IOException e) {
      // It is loaded all the same; what of it is graph and what variables is not known then.
      return new MemoryDemand(new ModelSize(0, files.bytes()), 1, 1).bytesPerCopy();
    }
  }

  /** What the models that are held in this job's class loader take, by the sizes of their files. */
  static long heldNativeBytes() {
    return NATIVE_BYTES.get();
  }

  /** How many models are held in this job's class loader. */
  static int held() {
    return LEASES.held();
  }

  /** How many loads were begun in this job's class loader. */
  static long loads() {
    return LEASES.loads();
  }

  Model model() {
    return model;
  }

  /** Belong to this object. */
  ModelFiles files() {
    return files;
  }

  String digest() {
    return files.digest();
  }

  long bytes() {
    return files.bytes();
  }

  /** What this model takes, by the sizes of its files: the measure that admits it, too. */
  long nativeBytes() {
    return nativeBytes;
  }

  Duration fetchTime() {
    return fetchTime;
  }

  Duration probeTime() {
    return probeTime;
  }

  Duration loadTime() {
    return loadTime;
  }

  /** Closes the model, then lets go of its files. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      NATIVE_BYTES.addAndGet(-nativeBytes);
    }
    try {
      model.close();
    } finally {
      files.close();
    }
  }
}
