package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.tensor.Signature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loaded SavedModel: its session and its signatures. */
final class TensorFlowModel implements Model {
  private final NativeSession session;
  private final SignatureTable signatures;

  /** Takes over the session. */
  TensorFlowModel(NativeSession session, SignatureTable signatures) {
    this.session = session;
    this.signatures = signatures;
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
    BoundSignature bound = signatures.get(options.signature().name());
    return TensorFlowBatch.open(session, bound, options);
  }

  @Override
  public void close() {
    session.close();
  }
}
