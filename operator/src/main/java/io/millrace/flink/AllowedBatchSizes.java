package io.millrace.flink;

import io.millrace.model.BatchSizes;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;

/** The batch sizes that {@link InferenceOptions} leave to a run. */
public final class AllowedBatchSizes {
  private AllowedBatchSizes() {}

  /**
   * The sizes.
   *
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  public static BatchSizes of(ReadableConfig config) {
    int max = config.get(InferenceOptions.MAX_BATCH_SIZE);
    if (max < 1) {
      throw new IllegalArgumentException(
          InferenceOptions.MAX_BATCH_SIZE.key() + " is " + max + ": expected an integer >= 1");
    }
    List<Integer> allowed =
        config.getOptional(InferenceOptions.ALLOWED_BATCH_SIZES).orElse(List.of());
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
}
