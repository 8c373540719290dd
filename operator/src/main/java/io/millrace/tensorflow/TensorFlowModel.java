package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A loaded SavedModel: its session and its signatures. */
final class TensorFlowModel implements Model {
  private final NativeSession session;
  private final ReadPath files;
  private final SignatureTable signatures;
  private final Set<String> retaining;
  private final ModelScan scan;

  /**
   * Takes over the session and the files that it may read.
   *
   * @param retaining the signatures that may keep the tensors that they are fed
   * @param scan what speaks against signatures
   */
  TensorFlowModel(
      NativeSession session,
      ReadPath files,
      SignatureTable signatures,
      Set<String> retaining,
      ModelScan scan) {
    this.session = session;
    this.files = files;
    this.signatures = signatures;
    this.retaining = retaining;
    this.scan = scan;
  }

  /** Where TensorFlow reads the files. */
  String location() {
    return files.location();
  }

  @Override
  public List<String> signatureKeys() {
    return signatures.keys();
  }

  @Override
  public Signature signature(@Nullable String key) throws ModelException {
    return bound(key).signature();
  }

  // A load is refused for the signature that it is for; another may be asked for later.
  private BoundSignature bound(@Nullable String key) throws ModelException {
    BoundSignature bound = signatures.get(key);
    scan.requireOps(bound.signature().name());
    return bound;
  }

  @Override
  public Batch newBatch(BatchOptions options) throws ModelException {
    String key = options.signature().name();
    BoundSignature bound = bound(key);
    boolean retained = retaining.contains(key);
    BatchOpener opener =
        (opened, reserve) ->
            TensorFlowBatch.open(session, bound, opened, reserve, new Inputs(opened, retained));
    if (options.padValues() != null) {
      checkPadding(options.signature(), options.padValues());
    }
    if (!options.batched() || options.maxRows() == 1 || !hasUnknownRows(options.signature())) {
      return opener.open(options, true);
    }
    return options.padValues() == null
        ? GroupedBatch.open(opener, options)
        : LengthPaddedBatch.open(opener, options);
  }

  private static void checkPadding(Signature signature, Map<String, String> values)
      throws ModelException {
    for (String name : values.keySet()) {
      if (signature.inputIndex(name) < 0) {
        throw new ModelException(
            ModelReason.SIGNATURE_MISMATCH,
            "a value pads the unknown input '"
                + name
                + "': expected one of "
                + signature.inputNames());
      }
    }
    if (!hasUnknownRows(signature)) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          "signature '"
              + signature.name()
              + "' has nothing to pad: expected an input with a batch dimension and unknown inner"
              + " ones, got "
              + signature.inputs());
    }
  }

  private static boolean hasUnknownRows(Signature signature) {
    for (TensorSpec input : signature.inputs()) {
      Shape shape = input.shape();
      if (shape.hasUnknownFirst() && !shape.withoutFirst().isFullyKnown()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    try (files) {
      session.close();
      if (session.isGone()) {
        files.release();
      }
    }
  }
}
