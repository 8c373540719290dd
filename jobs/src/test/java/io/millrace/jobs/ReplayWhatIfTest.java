package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayWhatIfTest {

  private static ReplayWhatIf whatIf(String output) throws Exception {
    return ReplayWhatIf.of(
        YamlConfiguration.parse(
            """
            input: {paths: /data/in, format: json}
            output: {path: "%s"}
            model: {name: m, base: /models}
            """
                .formatted(output),
            "replay.yaml",
            Map.of(),
            ReplaySettings.ALL),
        8);
  }

  @ParameterizedTest
  @CsvSource({
    "/data/out, file:/data/out-what-if-8",
    "/data/out/, file:/data/out-what-if-8",
    "/data/my out, file:/data/my%20out-what-if-8",
    "hdfs://namenode:8020/data/out, hdfs://namenode:8020/data/out-what-if-8"
  })
  void output_liesBesideTheConfigured(String configured, String expected) throws Exception {
    assertThat(whatIf(configured).output()).hasToString(expected);
  }

  /** Rather than written under the name that it stands for. */
  @Test
  void of_nameWithAnEscape_isRefused() {
    assertThatThrownBy(() -> whatIf("/data/a%41"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("output.path");
  }
}
