package io.millrace.model;

import io.millrace.tensor.Signature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model. Thread-safe: batches of one model may run at the same time on several threads.
 * {@link #close} waits for nothing and must not be called while a batch is running; whoever shares
 * a model sees to that with a lease.
 */
public interface Model extends AutoCloseable {

  /** The keys of its signatures, sorted. */
  List<String> signatureKeys();

  /**
   * A signature of the model.
   *
   * @param key which, or null for {@code serving_default} if present, else the only one
   * @throws ModelException SIGNATURE_MISMATCH if there is no such signature, or null and several;
   *     the message lists the keys
   */
  Signature signature(@Nullable String key) throws ModelException;

  /**
   * Memory for a batch, owned by the caller, who closes it before the model.
   *
   * @throws ModelException SIGNATURE_MISMATCH if an input's rank is unknown and the options state
   *     no shape for it
   */
  Batch newBatch(BatchOptions options) throws ModelException;

  /** Closes session and graph and gives their native memory back. Idempotent. */
  @Override
  void close();
}
