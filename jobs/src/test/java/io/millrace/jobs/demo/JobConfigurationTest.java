package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.ScoreTopicOptions;
import io.millrace.jobs.YamlConfiguration;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobConfigurationTest {
  @TempDir private Path folder;

  @Test
  void yaml_withCheckpoints_saysWhere() throws Exception {
    Configuration read = read(URI.create("s3://flink/checkpoints"));

    assertThat(read.get(ScoreTopicOptions.JOB_NAME)).isEqualTo("fraud");
    assertThat(read.get(ScoreTopicOptions.CHECKPOINT_INTERVAL)).hasSeconds(5);
    assertThat(read.get(ScoreTopicOptions.CHECKPOINT_DIRECTORY))
        .isEqualTo("s3://flink/checkpoints");
  }

  @Test
  void yaml_withoutCheckpoints_leavesThemToFlink() throws Exception {
    Configuration read = read(null);

    assertThat(read.get(ScoreTopicOptions.CHECKPOINT_INTERVAL)).hasSeconds(5);
    assertThat(read.contains(ScoreTopicOptions.CHECKPOINT_DIRECTORY)).isFalse();
  }

  private Configuration read(@Nullable URI checkpoints) throws Exception {
    JobConfiguration job =
        new JobConfiguration(
            "fraud",
            "localhost:9092",
            Topics.DEMO,
            URI.create("hdfs:///models/fraud"),
            1,
            "5 s",
            checkpoints);
    return YamlConfiguration.read(
        Files.writeString(folder.resolve("job.yaml"), job.yaml()), Map.of());
  }
}
