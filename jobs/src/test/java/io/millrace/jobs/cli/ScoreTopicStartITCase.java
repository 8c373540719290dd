package io.millrace.jobs.cli;

import static io.millrace.testing.check.Observation.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.ModelEvent;
import io.millrace.model.VersionState;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code score-topic} starts with, or without. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ScoreTopicStartITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder;

  private EchoJob echo;
  private Topics topics;
  private String suffix;

  @BeforeEach
  void createJob() throws Exception {
    echo = EchoJob.create(folder);
    topics = echo.topics();
    suffix = echo.suffix();
  }

  @Test
  void scoreTopic_freshStart_takesTheTopicsVersionRatherThanTheConfigurations() throws Exception {
    Path config = echo.config();
    assertThat(echo.publish(config, 2).exitCode()).isZero();
    assertThat(echo.publish(config, 3).exitCode()).isZero();
    echo.send(0, "a", "{\"x\": 1}");

    try (RunningJob job = RunningJob.start(config)) {
      assertThat(EchoJob.versions(topics.await("out" + suffix, 1))).containsExactly(3L);
      List<ModelEvent> events = topics.events("status" + suffix);
      assertThat(events).noneMatch(event -> event.version() == 1);
      assertThat(events)
          .noneMatch(event -> event.version() == 2 && event.state() == VersionState.LOADING);
    }
  }

  @Test
  void fault01_scoreTopic_rejectWithoutAVersion_makesDeadLettersUntilOneIsPublished()
      throws Exception {
    Path config = echo.config();
    echo.send(0, "before", "{\"x\": 1}");
    try (RunningJob job = RunningJob.start(config, withoutAVersion("reject"))) {
      List<ConsumerRecord<byte[], byte[]>> dead = topics.await("dead" + suffix, 1);
      assertThat(header(dead.get(0), "millrace.reason")).isEqualTo("NO_MODEL");
      CommandLineRun published = echo.publish(config, 2, "--wait");
      assertThat(published.exitCode()).as(published.err()).isZero();
      echo.send(0, "behind", "{\"x\": 1}");

      assertThat(EchoJob.versionsByKey(topics.await("out" + suffix, 1)))
          .isEqualTo(Map.of("behind", 2L));
    }
  }

  @Test
  void fault01_scoreTopic_waitWithoutAVersion_scoresAllRecordsOnceOneIsPublished()
      throws Exception {
    Path config = echo.config();
    echo.send(0, "before", "{\"x\": 1}");
    CompletableFuture<RunningJob> starting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return RunningJob.start(config, withoutAVersion("wait"));
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    assertThatThrownBy(() -> starting.get(3, TimeUnit.SECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(echo.publish(config, 2).exitCode()).isZero();

    try (RunningJob job = starting.get(1, TimeUnit.MINUTES)) {
      assertThat(EchoJob.versionsByKey(topics.await("out" + suffix, 1)))
          .isEqualTo(Map.of("before", 2L));
      assertThat(CommittedTopic.read(echo.broker().bootstrapServers(), "dead" + suffix, PATIENCE))
          .isEmpty();
    }
  }

  private String[] withoutAVersion(String absent) {
    return new String[] {
      "-Dmodel.absent=" + absent,
      "-Dmodel.base=" + folder.resolve("nothing"),
      "-Dmodel.roots=[" + folder + "]"
    };
  }

  @Test
  void scoreTopic_warmUpRecordThatAVersionCannotTake_rejectsItNamingTheFile() throws Exception {
    SavedModels.nanFor(folder.resolve("roots/1"));
    Path failing = SavedModels.failing(folder.resolve("roots/2"));
    Path records = Files.writeString(folder.resolve("warm.jsonl"), "{\"x\": 4}\n{\"x\": -1}\n");
    Path config = echo.config();
    try (RunningJob job =
        RunningJob.start(
            config,
            "-Dmodel.base=" + folder.resolve("roots"),
            "-Dmodel.warm-up-records=" + records)) {
      CommandLineRun published =
          CommandLineRun.of(
              "model", "publish", failing.toString(), "--config", config.toString(), "--wait");

      assertThat(published.exitCode()).as(published.err()).isEqualTo(4);
      assertThat(published.err())
          .contains("WARM_UP_FAILED", "'" + records + "', record 1: negative x");
      echo.send(0, "a", "{\"id\": 7, \"x\": 1}");
      JsonNode value = JSON.readTree(topics.await("out" + suffix, 1).get(0).value());
      assertThat(value.at("/model/version").longValue()).isEqualTo(1);
    }
  }

  @Test
  void scoreTopic_withoutControlTopic_scoresWithTheConfiguredVersion() throws Exception {
    Path config = echo.config();
    Files.writeString(config, Files.readString(config).replaceAll("(?m)^control:.*$", ""));
    echo.send(1, "a", "{\"x\": 1}");

    try (RunningJob job = RunningJob.start(config, "-Dmodel.version-policy=latest")) {
      assertThat(EchoJob.versions(topics.await("out" + suffix, 1))).containsExactly(3L);
    }
  }
}
