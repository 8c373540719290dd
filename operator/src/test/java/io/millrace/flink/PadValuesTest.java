package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class PadValuesTest {
  private final Configuration config = new Configuration();

  @Test
  void of_default_isNone() {
    assertThat(PadValues.of(config)).isNull();
  }

  @Test
  void of_statedValues_areThese() {
    config.set(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS, true);
    config.set(InferenceOptions.PAD_VALUES, Map.of("ids", "0"));
    assertThat(PadValues.of(Configuration.fromMap(config.toMap()))).isEqualTo(Map.of("ids", "0"));
  }

  @Test
  void of_whatDoesNotGoTogether_isRefused() {
    config.set(InferenceOptions.PAD_VALUES, Map.of("ids", "0"));
    assertThatThrownBy(() -> PadValues.of(config))
        .hasMessage(
            "batching.pad-values is given: expected batching.pad-variable-length-inputs to be true,"
                + " too");
    config.set(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS, true);
    config.set(InferenceOptions.BATCHING, InferenceOptions.Batching.OFF);
    assertThatThrownBy(() -> PadValues.of(config))
        .hasMessageStartingWith("batching.pad-variable-length-inputs is true with batching.mode");
    config.removeConfig(InferenceOptions.BATCHING);
    config.set(InferenceOptions.DETERMINISTIC, true);
    assertThatThrownBy(() -> PadValues.of(config))
        .hasMessageStartingWith("batching.pad-variable-length-inputs is true with");
    config.removeConfig(InferenceOptions.PAD_VALUES);
    assertThatThrownBy(() -> PadValues.of(config))
        .hasMessageStartingWith("batching.pad-values is missing");
  }
}
