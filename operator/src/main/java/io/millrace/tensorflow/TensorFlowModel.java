package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.tensor.Signature;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A loaded SavedModel: its session and its signatures. */
final class TensorFlowModel implements Model {
  private final NativeSession session;
  private final SignatureTable signatures;
  private final Set<String> retaining;

  /**
   * Takes over the session.
   *
   * @param retaining the signatures that may keep the tensors that they are fed
   */
  TensorFlowModel(NativeSession session, SignatureTable signatures, Set<String> retaining) {
    this.session = session;
    this.signatures = signatures;
    this.retaining = retaining;
  }

  @Override
  public List<String> signatureKeys() {
    return signatures.keys();
  }

  @Override
  public Signature signature(@Nullable String key) throws ModelException {
    return signatures.get(key).signature();
  }

  @Override
  public Batch newBatch(BatchOptions options) throws ModelException {
    String key = options.signature().name();
    Inputs inputs = new Inputs(options, retaining.contains(key));
    return TensorFlowBatch.open(session, signatures.get(key), options, inputs);
  }

  @Override
  public void close() {
    session.close();
  }
}
