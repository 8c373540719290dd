package io.millrace.model;

import io.millrace.tensor.Signature;
import java.util.Optional;

/** Turns files into something that runs batches. Thread-safe. */
public interface ModelEngine {

  /**
   * Loads a model: restores its variables, initialises its tables. Blocks; may take seconds.
   *
   * @param files read during the call; the caller keeps them until the model is closed
   * @return the model, owned by the caller, who closes it
   * @throws ModelException NOT_FOUND or INCOMPLETE for missing files, SIGNATURE_MISMATCH for
   *     unknown tags (the valid ones listed), OP_REFUSED for ops that the engine does not have or
   *     the policy refuses, TOO_LARGE for graphs that would fill the memory, LOAD_FAILED otherwise
   */
  Model load(ModelFiles files, LoadOptions options) throws ModelException;

  /**
   * What a load with these options would score by, as far as that can be told from the files alone,
   * without the memory that a load takes.
   *
   * @return the signature; empty if this engine tells nothing before it loads
   * @throws ModelException as {@link #load}, for what it can tell
   */
  default Optional<Signature> inspect(ModelFiles files, LoadOptions options) throws ModelException {
    return Optional.empty();
  }
}
