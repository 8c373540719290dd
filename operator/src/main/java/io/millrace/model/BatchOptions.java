package io.millrace.model;

import io.millrace.tensor.Signature;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is for.
 *
 * @param signature one of the model's, possibly with inputs narrowed to stated shapes
 * @param batched whether dimension 0 is the batch; if not, a row is a whole tensor and {@code
 *     maxRows} is 1
 * @param sizes how many rows a run may have; there is room for the largest
 * @param rejectNonFinite whether NaN and infinities are refused in inputs
 * @param padValues what rows of several lengths are padded with to the longest among them, by
 *     input; null where rows are run by their shapes instead
 */
public record BatchOptions(
    Signature signature,
    boolean batched,
    BatchSizes sizes,
    boolean rejectNonFinite,
    @Nullable Map<String, String> padValues) {

  public BatchOptions {
    Objects.requireNonNull(signature, "signature");
    Objects.requireNonNull(sizes, "sizes");
    padValues = padValues == null ? null : Map.copyOf(padValues);
    if (!batched && sizes.max() != 1) {
      throw new IllegalArgumentException(
          "maxRows " + sizes.max() + ": expected 1 without a batch dimension");
    }
  }

  /**
   * A batch that is run with the rows at hand.
   *
   * @param maxRows room for this many rows
   */
  public BatchOptions(Signature signature, boolean batched, int maxRows, boolean rejectNonFinite) {
    this(signature, batched, BatchSizes.upTo(maxRows), rejectNonFinite);
  }

  /** A batch whose rows are run by their shapes. */
  public BatchOptions(
      Signature signature, boolean batched, BatchSizes sizes, boolean rejectNonFinite) {
    this(signature, batched, sizes, rejectNonFinite, null);
  }

  /** This without padding of any kind: room for so many rows, run by their shapes as they are. */
  public BatchOptions unpadded(int maxRows) {
    return new BatchOptions(signature, batched, maxRows, rejectNonFinite);
  }

  /** Room for this many rows. */
  public int maxRows() {
    return sizes.max();
  }
}
