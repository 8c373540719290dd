package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.BatchSizes;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class AllowedBatchSizesTest {
  private final Configuration config = new Configuration();

  @Test
  void of_default_isAnySize() {
    assertThat(AllowedBatchSizes.of(config)).isEqualTo(BatchSizes.upTo(128));
  }

  @Test
  void of_statedSizes_areThese() {
    config.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(8, 128));
    // As a job's builder does it: texts and back.
    assertThat(AllowedBatchSizes.of(Configuration.fromMap(config.toMap())))
        .isEqualTo(BatchSizes.of(List.of(8, 128)));
  }

  @Test
  void of_statedSizesWithoutBatches_isRefused() {
    config.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(8, 128));
    config.set(InferenceOptions.BATCHING, InferenceOptions.Batching.OFF);
    assertThatThrownBy(() -> AllowedBatchSizes.of(config))
        .hasMessageStartingWith(
            "batching.allowed-batch-sizes is [8, 128] with batching.mode off: expected");
  }

  @Test
  void of_deterministic_isOneSize() {
    config.set(InferenceOptions.DETERMINISTIC, true);
    config.set(InferenceOptions.MAX_BATCH_SIZE, 64);
    assertThat(AllowedBatchSizes.of(config)).isEqualTo(BatchSizes.of(List.of(96)));
    config.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(96));
    assertThat(AllowedBatchSizes.of(config)).isEqualTo(BatchSizes.of(List.of(96)));
    config.removeConfig(InferenceOptions.ALLOWED_BATCH_SIZES);
    config.set(InferenceOptions.MAX_BATCH_SIZE, 97);
    assertThat(AllowedBatchSizes.of(config)).isEqualTo(BatchSizes.of(List.of(96)));
    config.set(InferenceOptions.MAX_BATCH_SIZE, 1);
    assertThat(AllowedBatchSizes.of(config)).isEqualTo(BatchSizes.of(List.of(1)));
  }

  @Test
  void of_deterministic_refusesWhatWouldMakeResultsDiffer() {
    config.set(InferenceOptions.DETERMINISTIC, true);
    config.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(8, 128));
    assertThatThrownBy(() -> AllowedBatchSizes.of(config))
        .hasMessage(
            "batching.allowed-batch-sizes is [8, 128] with batching.deterministic: expected [96] or"
                + " nothing, as every batch has one size");
    config.removeConfig(InferenceOptions.ALLOWED_BATCH_SIZES);
    for (int threads : new int[] {0, 2}) {
      config.set(InferenceOptions.INTRA_OP_PARALLELISM, threads);
      assertThatThrownBy(() -> AllowedBatchSizes.of(config))
          .hasMessageStartingWith(
              "engine.intra-op-parallelism is "
                  + threads
                  + " with batching.deterministic: expected 1");
    }
  }

  @Test
  void of_sizesThatDoNotEndAtTheLargestBatch_namesKeyAndValue() {
    config.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(8, 32));
    assertThatThrownBy(() -> AllowedBatchSizes.of(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "batching.allowed-batch-sizes is [8, 32]: expected integers >= 1 in strictly increasing"
                + " order, the last equal to batching.max-batch-size, 128");
    config.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(32, 8, 128));
    assertThatThrownBy(() -> AllowedBatchSizes.of(config)).hasMessageContaining("[32, 8, 128]");
  }
}
