package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Rollback;
import java.net.URI;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class StartingVersionsTest {
  private final Configuration config = new Configuration();
  private final StartingVersions versions = versions();

  private StartingVersions versions() {
    config.set(InferenceOptions.NAME, "m");
    return new StartingVersions(config);
  }

  private static Publish publish(String model, long version, long sequence) {
    return new Publish(
        model, version, URI.create("file:///m/" + version), null, sequence, true, null);
  }

  private long active(List<Command> commands) {
    return versions.active(commands).orElseThrow().version();
  }

  @Test
  void commands_emptyTopic_startsWithTheConfiguredVersion() throws Exception {
    config.set(ScoreTopicOptions.MODEL_URI, "file:///m/7");
    assertThat(active(versions.commands(List.of(publish("other", 9, 0))))).isEqualTo(7);
  }

  @Test
  void commands_publishedVersion_overrulesTheConfiguredOne() throws Exception {
    config.set(ScoreTopicOptions.MODEL_URI, "file:///m/7");
    assertThat(active(versions.commands(List.of(publish("m", 8, 0))))).isEqualTo(8);
  }

  @Test
  void commands_rolledBack_startsWithTheConfiguredVersionAgain() throws Exception {
    config.set(ScoreTopicOptions.MODEL_URI, "file:///m/7");
    List<Command> topic = List.of(publish("m", 8, 0), new Rollback("m", null, 1));
    assertThat(active(versions.commands(topic))).isEqualTo(7);
  }

  @Test
  void commands_sameVersionElsewhere_theTopicCounts() throws Exception {
    config.set(ScoreTopicOptions.MODEL_URI, "file:///elsewhere/8");
    assertThat(versions.commands(List.of(publish("m", 8, 0)))).containsExactly(publish("m", 8, 0));
  }

  @Test
  void commands_nothingAnywhere_isRefused_butNotForARestoredJob() throws Exception {
    assertThatThrownBy(() -> versions.commands(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no version of 'm' to start with");
    assertThat(versions.commandsIfAny(List.of())).isEmpty();
  }
}
