package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.flink.ModelLocation;
import io.millrace.flink.TimelineFile;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Rollback;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private Publish configured(long version) throws Exception {
    config.set(ScoreTopicOptions.VERSION_POLICY, Long.toString(version));
    return (Publish) versions.commands(List.of()).get(0);
  }

  @Test
  void commands_versionPolicy_choosesAmongTheFoldersBelowTheBase(@TempDir Path base)
      throws Exception {
    for (String name : List.of("9", "10", "new")) {
      Files.createDirectory(base.resolve(name));
    }
    config.set(ScoreTopicOptions.MODEL_BASE, base.toString());
    List<Command> latest = versions.commands(List.of());
    Publish ninth = configured(9);
    Publish tenth = configured(10);

    assertThat(latest).containsExactly(tenth);
    assertThat(ninth.uri()).isEqualTo(ModelLocation.parse(base.resolve("9").toString()));
    assertThatThrownBy(() -> configured(11)).hasMessageContaining("no version 11: found [9, 10]");
    config.set(ScoreTopicOptions.VERSION_POLICY, "all");
    assertThat(versions.commands(List.of()))
        .containsExactly(
            new Publish("m", 9, ninth.uri(), null, Command.CONFIGURED - 1, false, null), tenth);
    assertThat(active(versions.commands(List.of()))).isEqualTo(10);
  }

  @Test
  void commands_baseThatCannotBeListed_leavesARestoredJobWithWhatItHas() throws Exception {
    config.set(ScoreTopicOptions.MODEL_BASE, "nowhere://models/m");
    assertThatThrownBy(() -> versions.commands(List.of())).hasMessageContaining("nowhere");
    assertThat(versions.commandsIfAny(List.of(publish("m", 8, 0))))
        .containsExactly(publish("m", 8, 0));
    assertThat(versions.commandsIfAny(List.of())).isEmpty();
  }

  @Test
  void commands_nothingAnywhere_isRefused_butNotForARestoredJob() throws Exception {
    assertThatThrownBy(() -> versions.commands(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no version of 'm' to start with");
    assertThat(versions.commandsIfAny(List.of())).isEmpty();
  }

  private static Publish from(long version, long sequence, String time) {
    return new Publish(
        "m",
        version,
        URI.create("file:///m/" + version),
        null,
        sequence,
        true,
        Instant.parse(time));
  }

  @Test
  void commands_eventTime_areThoseWithATimeOfTheTopicAndOfTheTimelineBesideTheVersions(
      @TempDir Path base) throws Exception {
    config.set(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME);
    config.set(ScoreTopicOptions.MODEL_BASE, base.toString());
    assertThatThrownBy(() -> versions.commands(List.of(publish("m", 8, 0))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("'m'", "effective-from", "timeline.json");
    Publish known = from(1, 1, "2026-01-01T00:00:00Z");
    Publish later = from(2, 2, "2026-01-02T00:00:00Z");
    TimelineFile.in(ModelLocation.parse(base.toString())).add("m", List.of(known));

    assertThat(versions.commands(List.of(known, publish("m", 8, 3), later)))
        .containsExactly(known, later);
    assertThat(versions.commands(List.of())).containsExactly(known);
  }
}
