package io.millrace.jobs.cli;

import static io.millrace.testing.check.Observation.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code score-topic} from JSON in a real broker to predictions, dead letters and events. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ScoreTopicITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(250);

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
  void scoreTopic_goodAndBadRecords_eachLeavesOnceWithItsLineage() throws Exception {
    Map<String, String> bad = new LinkedHashMap<>();
    bad.put("MALFORMED", "{\"x\": 1");
    bad.put("MISSING_FIELD", "{\"id\": 1}");
    bad.put("UNKNOWN_FIELD", "{\"x\": 1, \"z\": 2}");
    bad.put("WRONG_TYPE", "{\"x\": \"one\"}");
    bad.put("WRONG_SHAPE", "{\"x\": [1, 2]}");
    bad.put("NON_FINITE_INPUT", "{\"x\": \"NaN\"}");
    bad.put("TOO_LARGE", "{\"x\": 1, \"id\": \"" + "z".repeat(200) + "\"}");
    bad.put("NULL_RECORD", null);
    int good = 40;
    for (int i = 0; i < good; i++) {
      echo.send(i % EchoJob.PARTITIONS_IN, "k" + i, "{\"id\": " + i + ", \"x\": " + i + "}");
    }
    for (Map.Entry<String, String> record : bad.entrySet()) {
      echo.send(3, record.getKey(), record.getValue());
    }

    try (RunningJob job = RunningJob.start(echo.config())) {
      List<ConsumerRecord<byte[], byte[]>> scored = topics.await("out" + suffix, good);
      List<ConsumerRecord<byte[], byte[]>> dead = topics.await("dead" + suffix, bad.size());

      assertThat(scored).hasSize(good);
      for (ConsumerRecord<byte[], byte[]> record : scored) {
        JsonNode value = JSON.readTree(record.value());
        int id = value.at("/fields/id").intValue();
        assertThat(new String(record.key(), UTF_8)).isEqualTo("k" + id);
        assertThat(value.get("key").textValue()).isEqualTo("k" + id);
        assertThat(value.at("/predictions/x").doubleValue()).isEqualTo(id);
        assertThat(value.at("/predictions/version").longValue()).isEqualTo(1);
        assertThat(value.at("/model/name").textValue()).isEqualTo("echo");
        assertThat(value.at("/model/version").longValue()).isEqualTo(1);
        assertThat(value.at("/model/digest").textValue()).startsWith("sha256:");
        assertThat(record.timestamp()).isEqualTo(Topics.TIMESTAMP);
        assertThat(header(record, "millrace.source.topic")).isEqualTo("in" + suffix);
        assertThat(header(record, "millrace.source.partition"))
            .isEqualTo("" + id % EchoJob.PARTITIONS_IN);
        assertThat(header(record, "millrace.source.offset"))
            .isEqualTo("" + id / EchoJob.PARTITIONS_IN);
        assertThat(record.partition())
            .isEqualTo(id % EchoJob.PARTITIONS_IN % EchoJob.PARTITIONS_OUT);
      }
      assertThat(dead).hasSize(bad.size());
      for (ConsumerRecord<byte[], byte[]> record : dead) {
        String reason = new String(record.key(), UTF_8);
        assertThat(header(record, "millrace.reason")).isEqualTo(reason);
        assertThat(header(record, "millrace.message")).isNotEmpty().doesNotContain("\n");
        assertThat(header(record, "millrace.source.partition")).isEqualTo("3");
        String value = bad.get(reason);
        assertThat(record.value()).isEqualTo(value == null ? null : value.getBytes(UTF_8));
        assertThat(record.partition()).isEqualTo(3 % EchoJob.PARTITIONS_OUT);
      }
    }
  }

  @Test
  void scoreTopic_publishedVersion_takesOverAndIsReported() throws Exception {
    Path config = echo.config();
    try (RunningJob job = RunningJob.start(config)) {
      echo.send(0, "a", "{\"x\": 1}");
      assertThat(EchoJob.versions(topics.await("out" + suffix, 1))).containsExactly(1L);

      CommandLineRun published = echo.publish(config, 2, "--wait");
      assertThat(published.exitCode()).as(published.err()).isZero();
      assertThat(published.out())
          .contains("published echo/2 (sha256:", "offset 0", "echo/2 scores on 2 subtasks");
      assertThat(published.err())
          .contains(
              "echo/2 on subtask 0 of 2 of job score" + suffix + ": LOADING",
              "echo/2 on subtask 1 of 2 of job score" + suffix + ": AVAILABLE, scores");
      echo.send(0, "b", "{\"x\": 2}");

      assertThat(EchoJob.versions(topics.await("out" + suffix, 2))).containsExactly(1L, 2L);
      assertScoresAlready(config);
      assertRejected(config);
      assertStatus(config);
    }
  }

  private void assertScoresAlready(Path config) {
    CommandLineRun again = echo.publish(config, 2, "--wait");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).contains("echo/2 scores on 2 subtasks");
  }

  private void assertRejected(Path config) {
    String other = "sha256:" + "0".repeat(64);
    CommandLineRun rejected = echo.publish(config, 3, "--wait", "--digest", other);
    assertThat(rejected.exitCode()).as(rejected.err()).isEqualTo(4);
    assertThat(rejected.out()).contains("published echo/3");
    assertThat(rejected.err().strip().lines().reduce((first, last) -> last).orElseThrow())
        .startsWith("millrace: rejected: echo/3 on subtask ")
        .contains(" of 2 of job score" + suffix + ": DIGEST_MISMATCH ", "expected " + other);
  }

  private void assertStatus(Path config) throws IOException {
    CommandLineRun text = CommandLineRun.of("model", "status", "--config", config.toString());
    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(text.out())
        .contains("echo/2  job score" + suffix + "  subtask 0 of 2  AVAILABLE, scores  since ")
        .contains("echo/2  job score" + suffix + "  subtask 1 of 2  AVAILABLE, scores  since ")
        .containsPattern("echo/3  job score" + suffix + "  subtask . of 2  END .* DIGEST_MISMATCH")
        .doesNotContain("echo/1");
    String servers = echo.broker().bootstrapServers();
    CommandLineRun json =
        CommandLineRun.of(
            "model",
            "status",
            "--json",
            "--status-topic",
            "status" + suffix,
            "--bootstrap-servers",
            servers);
    assertThat(json.exitCode()).as(json.err()).isZero();
    JsonNode model = JSON.readTree(json.out()).at("/models/0");
    assertThat(model.get("model").textValue()).isEqualTo("echo");
    assertThat(model.get("parallelism").intValue()).isEqualTo(2);
    assertThat(model.at("/versions/0/version").longValue()).isEqualTo(2);
    assertThat(model.at("/versions/0/subtasks/1/active").booleanValue()).isTrue();
  }

  @Test
  void publish_withoutAJob_waitsNoLongerThanItIsTold() throws Exception {
    Path config = echo.config();
    echo.publish(config, 2, "--wait", "--timeout", "10 ms")
        .assertFailed(
            1,
            "echo/2 does not score everywhere after 10 ms: nothing was heard of job score"
                + suffix);
    echo.publish(config, 2, "--wait", "--no-activate")
        .assertFailed(2, "--no-activate and --wait: expected one of them");
    echo.publish(config, 2, "--timeout", "1 s")
        .assertFailed(2, "--timeout: expected together with --wait");
    echo.publish(config, 2, "--wait", "--timeout", "soon")
        .assertFailed(2, "--timeout", "'soon': expected a duration such as 30 s");
    CommandLineRun.of("model", "status", "--bootstrap-servers", echo.broker().bootstrapServers())
        .assertFailed(
            2, "--status-topic is missing: expected it, or --config with control.status-topic");
  }

  @Test
  void publish_packagedVersion_isAnnouncedAsWhatItIsPackagedAsAlone() throws Exception {
    Path model = SavedModels.constantVersion(folder.resolve("packaged/echo/4"), 4);
    String config = echo.config().toString();
    String[] publish = {"model", "publish", model.toString(), "--config", config};
    assertThat(CommandLineRun.of("model", "package", model.toString()).exitCode()).isZero();

    CommandLineRun published = CommandLineRun.of(publish);
    assertThat(published.exitCode()).as(published.err()).isZero();
    assertThat(published.out()).contains("published echo/4 (sha256:", "offset 0");

    String[] asAnother = Arrays.copyOf(publish, publish.length + 2);
    asAnother[publish.length] = "--version";
    asAnother[publish.length + 1] = "5";
    CommandLineRun.of(asAnother)
        .assertFailed(
            2,
            "is packaged as echo/4: expected echo/5; publish it as what it is, or remove its"
                + " manifest.json and package it");
    Files.delete(model.resolve("manifest.json"));
    assertThat(CommandLineRun.of("model", "package", model.toString(), "--version", "5").exitCode())
        .isZero();
    assertThat(CommandLineRun.of(asAnother).out()).contains("published echo/5 (sha256:");
  }

  @Test
  void scoreTopic_commandThatMakesNoSense_isReportedAndTheJobGoesOn() throws Exception {
    try (RunningJob job = RunningJob.start(echo.config())) {
      topics.send("control" + suffix, 0, "echo/9", "{\"format\": 1, \"command\": \"dance\"}");

      topics.awaitEvent(
          "status" + suffix, event -> event.reason() == ModelReason.MALFORMED_COMMAND);
      echo.send(0, "a", "{\"x\": 1}");
      assertThat(EchoJob.versions(topics.await("out" + suffix, 1))).containsExactly(1L);
    }
  }

  @Test
  void fault33_scoreTopicByEventTime_choosesByTheKafkaTimestampOnEverySubtask() throws Exception {
    Path config = echo.configByEventTime();
    long begin = Topics.TIMESTAMP;
    echo.publishFrom(config, 1, begin);
    echo.publishFrom(config, 2, begin + 1_000);
    for (int partition = 0; partition < EchoJob.PARTITIONS_IN; partition++) {
      echo.send(partition, begin + 1_000, "b" + partition);
      echo.send(partition, begin + 999, "a" + partition);
      echo.send(partition, begin - 1, "none" + partition);
    }
    try (RunningJob job = RunningJob.start(config)) {
      topics.await("out" + suffix, 8);
      echo.publishFrom(config, 3, begin + 2_000);
      topics.awaitEvent("status" + suffix, event -> event.version() == 3);
      for (int partition = 0; partition < EchoJob.PARTITIONS_IN; partition++) {
        echo.send(partition, begin + 2_000, "c" + partition);
        echo.send(partition, begin, "late" + partition);
      }

      Map<String, Long> expected = new TreeMap<>();
      for (int i = 0; i < EchoJob.PARTITIONS_IN; i++) {
        expected.putAll(Map.of("a" + i, 1L, "late" + i, 1L, "b" + i, 2L, "c" + i, 3L));
      }
      assertThat(EchoJob.versionsByKey(topics.await("out" + suffix, 16))).isEqualTo(expected);
      List<ConsumerRecord<byte[], byte[]>> dead = topics.await("dead" + suffix, 4);
      assertThat(dead)
          .allSatisfy(
              record -> {
                assertThat(header(record, "millrace.reason")).isEqualTo("NO_MODEL");
                assertThat(header(record, "millrace.message")).contains("where 1 begins");
              })
          .hasSize(4);
      assertThat(echo.compareWithAReplay(config).out()).startsWith("equal: 16 records");
    }
  }

  @Test
  void fault59_emptyPartition_holdsTheReleaseOfAVersionUpNoLongerThanTheIdleTimeout()
      throws Exception {
    Path config = echo.configByEventTime();
    long begin = Topics.TIMESTAMP;
    echo.publishFrom(config, 1, begin);
    echo.publishFrom(config, 2, begin + 1_000);
    int empty = EchoJob.PARTITIONS_IN - 1;
    for (int partition = 0; partition < empty; partition++) {
      echo.send(partition, begin, "a" + partition);
    }
    try (RunningJob job =
        RunningJob.start(config, "-Dinput.idle-timeout=1 s", "-Dmodel.retention=1 s")) {
      topics.await("out" + suffix, empty);
      Await.until(
          "both subtasks let go of version 1",
          PATIENCE,
          POLL,
          () -> {
            // Where none of a subtask's partitions goes on, time does not either.
            for (int partition = 0; partition < empty; partition++) {
              echo.send(partition, begin + 3_000, "b" + partition);
            }
            return topics.events("status" + suffix).stream()
                    .filter(event -> event.version() == 1 && event.state() == VersionState.END)
                    .map(ModelEvent::subtask)
                    .distinct()
                    .count()
                == 2;
          });
      echo.send(empty, begin, "late");

      List<ConsumerRecord<byte[], byte[]>> dead = topics.await("dead" + suffix, 1);
      assertThat(header(dead.get(0), "millrace.reason")).isEqualTo("NO_MODEL");
      assertThat(header(dead.get(0), "millrace.message")).contains("is not retained any more");
    }
  }

  @Test
  void scoreTopic_restored_goesOnFromItsOffsetsWithTheVersionOfItsState() throws Exception {
    Path config = echo.config();
    try (RunningJob job = RunningJob.start(config)) {
      echo.send(0, "a", "{\"x\": 1}");
      echo.send(1, "b", "{\"x\": 2}");
      assertThat(EchoJob.versions(topics.await("out" + suffix, 2))).containsExactly(1L, 1L);
    }
    echo.send(0, "c", "{\"x\": 3}");
    ExecutorService prompt = Executors.newSingleThreadExecutor();
    try {
      // A fresh job would start with version 3, at the first record.
      Future<CommandLineRun> restored =
          prompt.submit(
              () ->
                  EchoJob.score(
                      config,
                      "-Dmodel.version-policy=3",
                      "--restore",
                      retainedCheckpoint().toUri().toString()));
      topics.await("out" + suffix, 3);
      echo.send(1, "d", "{\"x\": 4}");
      List<ConsumerRecord<byte[], byte[]>> scored = topics.await("out" + suffix, 4);

      assertThat(scored.stream().map(record -> new String(record.key(), UTF_8)))
          .containsExactlyInAnyOrder("a", "b", "c", "d");
      assertThat(EchoJob.versions(scored)).containsOnly(1L);
      assertThat(restored).isNotDone();
    } finally {
      prompt.shutdownNow();
      assertThat(prompt.awaitTermination(3, TimeUnit.MINUTES)).isTrue();
    }
  }

  /** The last checkpoint of the only job that has run with this test's configuration. */
  private Path retainedCheckpoint() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("checkpoints" + suffix))) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .map(Path::getParent)
          .max(Comparator.comparingInt(ScoreTopicITCase::number))
          .orElseThrow();
    }
  }

  private static int number(Path checkpoint) {
    return Integer.parseInt(checkpoint.getFileName().toString().substring("chk-".length()));
  }
}
