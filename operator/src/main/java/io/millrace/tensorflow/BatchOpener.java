package io.millrace.tensorflow;

import io.millrace.model.BatchOptions;
import io.millrace.model.ModelException;

/** Allocates batches of one signature of a model. */
interface BatchOpener {

  /**
   * A batch of rows of one shape, owned by the caller.
   *
   * @param reserve whether inputs of known shape get room for all rows, or grow with them
   * @throws ModelException if the signature cannot be fed as the options say
   */
  TensorFlowBatch open(BatchOptions options, boolean reserve) throws ModelException;
}
