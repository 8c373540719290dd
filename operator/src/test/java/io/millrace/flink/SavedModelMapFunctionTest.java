package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class SavedModelMapFunctionTest {
  private final SavedModelMapFunction<Float, Float> function =
      SavedModelMapFunction.of(
          "m",
          1,
          "file:///models/m/1",
          (value, row) -> row.input("x").put(value),
          (value, prediction, version) -> prediction.output("y").getFloat(0));
  private final Configuration options = new Configuration();

  @Test
  void configure_optionsAboutBatches_haveNoEffect() {
    options.set(InferenceOptions.MAX_BATCH_SIZE, 128);
    options.set(InferenceOptions.ALLOWED_BATCH_SIZES, List.of(8, 128));
    options.set(InferenceOptions.DETERMINISTIC, true);
    options.set(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS, true);
    options.set(InferenceOptions.PAD_VALUES, Map.of("x", "0"));
    options.set(InferenceOptions.INTRA_OP_PARALLELISM, 2);
    assertThatCode(() -> function.configure(options)).doesNotThrowAnyException();
  }

  @Test
  void configure_probeOfAModelInMemory_isRefused() {
    options.set(InferenceOptions.STAGING, InferenceOptions.Staging.MEMORY);
    assertThatCode(() -> function.configure(options)).doesNotThrowAnyException();
    options.set(InferenceOptions.PROBE, InferenceOptions.Probe.ON);
    assertThatThrownBy(() -> function.configure(options))
        .hasMessageContaining(
            "model.staging is memory and model.probe is on: expected disk or off");
  }

  @Test
  void configure_versionsByEventTime_areRefused() {
    options.set(InferenceOptions.SWITCH_POLICY, InferenceOptions.SwitchPolicy.EVENT_TIME);
    assertThatThrownBy(() -> function.configure(options))
        .hasMessageContaining("model.switch-policy is event-time: expected available");
  }

  @Test
  void configure_anotherOptionThatIsWrong_isRefused() {
    options.set(InferenceOptions.INTRA_OP_PARALLELISM, -1);
    assertThatThrownBy(() -> function.configure(options))
        .hasMessage("engine.intra-op-parallelism is -1: expected an integer >= 0");
  }
}
