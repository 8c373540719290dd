package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class ReplayFilesTest {
  private static void of(String inputFormat, String outputFormat, String fields) throws Exception {
    Configuration config =
        YamlConfiguration.parse(
            "{}",
            "replay.yaml",
            Map.of(
                "input.format", inputFormat,
                "output.format", outputFormat,
                "output.fields", fields),
            ReplaySettings.ALL);
    Signature signature =
        new Signature(
            "s",
            List.of(
                new TensorSpec("image", ElementType.FLOAT32, Shape.of(-1, 28, 28)),
                new TensorSpec("label", ElementType.INT64, Shape.of(-1, 1))),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1))));
    ReplayFiles.of(
        config,
        new ReplayedVersions(List.of(), null, Set.of(signature)),
        AvroInput.open(config, Format.JSON));
  }

  @Test
  void of_inputsOfSeveralDimensionsOfAnExample_goAlongToJsonAlone() {
    assertThatThrownBy(() -> of("tfrecord", "parquet", "[label, image]"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("output.fields", "'image'", "[-1, 28, 28]", "parquet", "json");
    assertThatCode(() -> of("tfrecord", "json", "[image]")).doesNotThrowAnyException();
    assertThatCode(() -> of("tfrecord", "avro", "[label]")).doesNotThrowAnyException();
    assertThatCode(() -> of("json", "avro", "[image]")).doesNotThrowAnyException();
  }
}
