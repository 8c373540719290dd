package io.millrace.model;

import io.millrace.tensor.Signature;
import java.util.Objects;

/**
 * What a batch is for.
 *
 * @param signature one of the model's, possibly with inputs narrowed to stated shapes
 * @param batched whether dimension 0 is the batch; if not, a row is a whole tensor and {@code
 *     maxRows} is 1
 * @param maxRows room for this many rows
 * @param rejectNonFinite whether NaN and infinities are refused in inputs
 */
public record BatchOptions(
    Signature signature, boolean batched, int maxRows, boolean rejectNonFinite) {

  public BatchOptions {
    Objects.requireNonNull(signature, "signature");
    if (maxRows < 1 || (!batched && maxRows != 1)) {
      throw new IllegalArgumentException(
          "maxRows "
              + maxRows
              + ": expected "
              + (batched ? ">= 1" : "1 without a batch dimension"));
    }
  }
}
