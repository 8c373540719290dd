package io.millrace.flink;

import io.millrace.model.BatchSizes;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/**
 * The batch sizes that {@link InferenceOptions} leave to a run.
 *
 * <p>One size makes results the same to the bit where every tensor of a model has a size that
 * follows from the number of rows: sizes that come from data change with the neighbours.
 */
final class AllowedBatchSizes {
  /**
   * TensorFlow computes what fills its vector registers in one way and what is left over in
   * another, so a last bit depends on the row unless the rows fill them: 32 numbers of 16 bits. Its
   * product of matrices takes six rows at a time with AVX2, and the last one or two otherwise. Of
   * more than 170 rows, it takes those behind these apart for Softmax.
   */
  private static final int EVEN_ROWS = 96;

  private AllowedBatchSizes() {}

  /**
   * The sizes.
   *
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  static BatchSizes of(ReadableConfig config) {
    int max = LowerBounds.atLeast(config, InferenceOptions.MAX_BATCH_SIZE, 1);
    List<Integer> allowed =
        config.getOptional(InferenceOptions.ALLOWED_BATCH_SIZES).orElse(List.of());
    if (!allowed.isEmpty()
        && config.get(InferenceOptions.BATCHING) == InferenceOptions.Batching.OFF) {
      throw new IllegalArgumentException(
          InferenceOptions.ALLOWED_BATCH_SIZES.key()
              + " is "
              + allowed
              + " with "
              + InferenceOptions.BATCHING.key()
              + " off: expected one of them, as a record is a whole call then");
    }
    if (config.get(InferenceOptions.DETERMINISTIC)) {
      return one(config, max, allowed);
    }
    try {
      return new BatchSizes(max, allowed);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          InferenceOptions.ALLOWED_BATCH_SIZES.key()
              + " is "
              + allowed
              + ": expected integers >= 1 in strictly increasing order, the last equal to "
              + InferenceOptions.MAX_BATCH_SIZE.key()
              + ", "
              + max,
          e);
    }
  }

  private static BatchSizes one(ReadableConfig config, int max, List<Integer> allowed) {
    List<Integer> one = List.of(max == 1 ? 1 : EVEN_ROWS);
    require(
        allowed.isEmpty() || allowed.equals(one),
        InferenceOptions.ALLOWED_BATCH_SIZES,
        allowed,
        one + " or nothing, as every batch has one size");
    int threads = config.get(InferenceOptions.INTRA_OP_PARALLELISM);
    require(
        threads == 1,
        InferenceOptions.INTRA_OP_PARALLELISM,
        threads,
        "1, as threads that share an op divide it among them, each part rounded on its own");
    return BatchSizes.of(one);
  }

  private static void require(
      boolean met, ConfigOption<?> option, Object value, String expectation) {
    if (!met) {
      throw new IllegalArgumentException(
          option.key()
              + " is "
              + value
              + " with "
              + InferenceOptions.DETERMINISTIC.key()
              + ": expected "
              + expectation);
    }
  }
}
