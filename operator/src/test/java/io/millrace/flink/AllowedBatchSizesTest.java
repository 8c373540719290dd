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
