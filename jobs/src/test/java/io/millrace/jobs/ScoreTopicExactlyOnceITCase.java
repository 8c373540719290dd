package io.millrace.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connectors.files.TopicRecorder;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.model.ModelEvent;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.check.Observation;
import io.millrace.testing.check.SourcePosition;
import io.millrace.testing.models.TroublesomeModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing lost, nothing twice, in order, by the right version: whatever happens to the job. */
class ScoreTopicExactlyOnceITCase {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void taskManagersLostAndVersionsPublished_everyRecordIsScoredOnceInOrder(boolean unaligned)
      throws Exception {
    try (ScoringBench bench = new ScoringBench(folder, 2)) {
      bench.topics.version(1);
      Configuration config =
          bench.topics.config(Map.of("checkpointing.unaligned", Boolean.toString(unaligned)));
      bench.submit(config, 2, null);
      bench.topics.awaitActive(1, 2);
      bench.topics.sendNumbers(0, 3_000);
      bench.cluster.terminateTaskManager(0).get();
      bench.cluster.startTaskManager();
      bench.topics.sendNumbers(3_000, 6_000);
      bench.topics.version(3);
      bench.topics.publish(3);
      bench.topics.sendNumbers(6_000, 9_000);
      bench.cluster.terminateTaskManager(1).get();
      bench.cluster.startTaskManager();
      bench.topics.awaitActive(3, 2);
      bench.topics.sendNumbers(9_000, 12_000);
      bench.topics.awaitOutputs();
      CheckReport report = bench.topics.check();
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(bench.topics.read("dead")).hasSize(120);
    }
  }

  @Test
  void savepointAndRescale_theFirstRecordIsScoredByTheVersionOfTheSavepoint() throws Exception {
    try (ScoringBench bench = new ScoringBench(folder, 2)) {
      bench.topics.version(1);
      JobID first = bench.submit(bench.topics.config(Map.of()), 2, null);
      bench.topics.awaitActive(1, 2);
      bench.topics.sendNumbers(0, 1_000);
      bench.topics.version(2);
      bench.topics.publish(2);
      bench.topics.awaitActive(2, 2);
      String savepoint = bench.stopWithSavepoint(first);
      bench.topics.sendNumbers(1_000, 3_000);
      // The configuration and even the topic say otherwise now; the state wins.
      Configuration config =
          bench.topics.config(
              Map.of("model.version-policy", "1", "control.topic", bench.topics.topic("empty")));
      bench.topics.broker.createTopic(bench.topics.topic("empty"), 1);
      bench.submit(config, 3, savepoint);
      bench.topics.awaitOutputs();
      CheckReport report = bench.topics.check();
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(
              bench.topics.events().stream()
                  .filter(event -> event.parallelism() == 3 && event.active())
                  .map(ModelEvent::version))
          .isNotEmpty()
          .containsOnly(2L);
    }
  }

  @Test
  void savepointOfAFixedVersion_goesOnWithThatVersionAndThenTakesCommands() throws Exception {
    try (ScoringBench bench = new ScoringBench(folder, 1)) {
      bench.topics.version(1);
      Configuration fixed = bench.topics.config(Map.of());
      fixed.removeConfig(ScoreTopicOptions.CONTROL_TOPIC);
      JobID first = bench.submit(fixed, 1, null);
      bench.topics.awaitActive(1, 1);
      bench.topics.sendNumbers(0, 500);
      String savepoint = bench.stopWithSavepoint(first);
      // Uploaded while the job was down, and by the policy the one to start with; the state wins.
      bench.topics.version(2);
      JobID second = bench.submit(fixed, 1, savepoint);
      bench.topics.sendNumbers(500, 1_000);
      bench.topics.awaitOutputs();
      savepoint = bench.stopWithSavepoint(second);
      assertThat(bench.topics.read("out"))
          .allSatisfy(r -> assertThat(ScoringTopics.versionOf(r)).isOne());
      // Now with a control topic: the same state, and from here on commands.
      bench.submit(bench.topics.config(Map.of()), 1, savepoint);
      bench.topics.sendNumbers(1_000, 1_500);
      bench.topics.awaitOutputs();
      assertThat(bench.topics.read("out"))
          .allSatisfy(r -> assertThat(ScoringTopics.versionOf(r)).isOne());
      bench.topics.publish(2);
      bench.topics.awaitActive(2, 1);
      bench.topics.sendNumbers(1_500, 2_000);
      bench.topics.awaitOutputs();
      CheckReport report = bench.topics.check();
      assertThat(report.isClean()).as(report.toString()).isTrue();
    }
  }

  @Test
  void backfillThenTopic_savepointAmongTheFilesAndFailureBehindThem_everyRecordIsScoredOnce()
      throws Exception {
    int old = 3_000;
    try (ScoringBench bench = new ScoringBench(folder, 2)) {
      // So that the files are not all read by the time of the savepoint.
      TroublesomeModels.slowVersion(bench.topics.models.resolve("1"), 1, 0, 1);
      // What the topic has up to offset 500 of each partition is in the files, and more.
      bench.topics.sendNumbers(0, 2_000);
      Path files = Files.createDirectories(folder.resolve("history"));
      Files.write(files.resolve("a.jsonl"), lines(1_000_000, 1_000_000 + old));
      Files.write(files.resolve("b.jsonl"), lines(0, 2_000));
      Map<String, String> backfill =
          Map.of(
              "input.backfill.paths",
              files.toString(),
              "input.backfill.offsets",
              "{0: 500, 1: 500, 2: 500, 3: 500}");
      Map<String, String> slow = new HashMap<>(backfill);
      slow.put("batching.max-batch-size", "1");
      JobID first = bench.submit(bench.topics.config(slow), 1, null);
      ScoringTopics.await("outputs", () -> bench.topics.outputs() > 0);
      String savepoint = bench.stopWithSavepoint(first);
      assertThat(bench.topics.read("out").size()).as("scored from files").isLessThan(old);

      bench.submit(bench.topics.config(backfill), 2, savepoint);
      bench.topics.sendNumbers(2_000, 3_000);
      ScoringTopics.await("dead letters of the topic", () -> hasDeadLettersOfTopic(bench.topics));
      // Whichever of them it runs on.
      bench.cluster.terminateTaskManager(0).get();
      bench.cluster.terminateTaskManager(1).get();
      bench.cluster.startTaskManager();
      bench.topics.sendNumbers(3_000, 4_000);

      long all = old + 4_000;
      ScoringTopics.await(
          all + " outputs",
          () ->
              bench.topics.outputs() > old
                  && bench.topics.read("out").size() + bench.topics.read("dead").size() >= all);
      List<Integer> fromTopic = numbers(bench.topics, bench.topics.topic("in"));
      List<Integer> fromFiles = numbers(bench.topics, "a.jsonl");
      fromFiles.addAll(numbers(bench.topics, "b.jsonl"));
      assertThat(fromTopic).containsExactlyInAnyOrderElementsOf(wellFormed(2_000, 4_000));
      List<Integer> expected = wellFormed(0, 2_000);
      expected.addAll(wellFormed(1_000_000, 1_000_000 + old));
      assertThat(fromFiles).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(bench.topics.read("dead")).hasSize((int) all / 100);
    }
  }

  @Test
  void backfillToATime_tornFile_isScoredUpToTheTearWhichIsADeadLetter() throws Exception {
    Instant switched = Instant.parse("2023-11-14T22:13:20Z");
    try (ScoringBench bench = new ScoringBench(folder, 1)) {
      bench.topics.version(1);
      // What the topic has from before is in the files.
      for (int i = 0; i < 200; i++) {
        bench.topics.send(
            i % ScoringTopics.PARTITIONS, switched.toEpochMilli() - 1, "{\"x\": " + i + "}");
      }
      bench.topics.sendNumbers(200, 600);
      Path files = Files.createDirectories(folder.resolve("history"));
      String whole = String.join("\n", lines(0, 200)) + "\n";
      Path torn =
          Files.write(files.resolve("torn.jsonl.gz"), gzipThatBreaksOff(whole + "{\"x\": "));

      bench.submit(
          bench.topics.config(
              Map.of(
                  "input.backfill.paths",
                  files.toString(),
                  "input.backfill.timestamp",
                  switched.toString(),
                  "input.backfill.damaged-files",
                  "dead-letter")),
          1,
          null);
      ScoringTopics.await(
          "601 outcomes",
          () -> bench.topics.read("out").size() + bench.topics.read("dead").size() >= 601);

      assertThat(numbers(bench.topics, torn.getFileName().toString()))
          .containsExactlyElementsOf(wellFormed(0, 200));
      assertThat(numbers(bench.topics, bench.topics.topic("in")))
          .containsExactlyInAnyOrderElementsOf(wellFormed(200, 600));
      List<ConsumerRecord<byte[], byte[]>> dead = bench.topics.read("dead");
      assertThat(dead).hasSize(7);
      assertThat(dead)
          .filteredOn(
              letter -> Observation.header(letter, "millrace.message").contains("breaks off"))
          .singleElement()
          .satisfies(
              letter -> {
                SourcePosition tear = Observation.of(letter, null).source();
                assertThat(tear.topic()).endsWith(torn.toString());
                assertThat(tear.offset()).isEqualTo(whole.length());
                assertThat(Observation.header(letter, "millrace.reason")).isEqualTo("MALFORMED");
              });
    }
  }

  /** All of a text can be unpacked, and then nothing comes. */
  private static byte[] gzipThatBreaksOff(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes, true)) {
      gzip.write(text.getBytes(UTF_8));
      gzip.flush();
      return bytes.toByteArray();
    }
  }

  @Test
  void recordingThenTopic_everyRecordIsScoredOnceAsTheTopicHadIt() throws Exception {
    try (ScoringBench bench = new ScoringBench(folder, 1)) {
      bench.topics.version(1);
      bench.topics.sendNumbers(0, 1_000);
      Path recording = folder.resolve("recorded");
      String offsets =
          new TopicRecorder(
                  new KafkaClientProperties(bench.topics.broker.bootstrapServers(), Map.of()),
                  bench.topics.topic("in"))
              .record(null, null, new org.apache.flink.core.fs.Path(recording.toUri())).stream()
                  .map(kept -> kept.partition() + ": " + kept.end())
                  .collect(Collectors.joining(", ", "{", "}"));
      bench.topics.sendNumbers(1_000, 2_000);

      bench.submit(
          bench.topics.config(
              Map.of(
                  "input.backfill.paths",
                  recording.toString(),
                  "input.backfill.format",
                  "topic",
                  "input.backfill.offsets",
                  offsets)),
          1,
          null);
      bench.topics.awaitOutputs();

      CheckReport report = bench.topics.check();
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(numbers(bench.topics, bench.topics.topic("in")))
          .containsExactlyInAnyOrderElementsOf(wellFormed(0, 2_000));
      assertThat(bench.topics.read("out"))
          .allMatch(record -> record.timestamp() == 1_700_000_000_000L);
      assertThat(bench.topics.read("dead")).hasSize(20);
    }
  }

  private static boolean hasDeadLettersOfTopic(ScoringTopics topics) throws IOException {
    return topics.read("dead").stream()
        .anyMatch(
            record ->
                Observation.header(record, "millrace.source.topic").equals(topics.topic("in")));
  }

  // Long, or most of them would fit between the source and the operator.
  private static List<String> lines(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> (i % 100 == 99 ? "{\"x\": " : "{\"x\": " + i + "}") + " ".repeat(1_000))
        .toList();
  }

  private static List<Integer> wellFormed(int from, int to) {
    return IntStream.range(from, to)
        .filter(i -> i % 100 != 99)
        .boxed()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** The numbers of the scored records that came from a topic, or a file of that name. */
  private static List<Integer> numbers(ScoringTopics topics, String name) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : topics.read("out")) {
      String source = Observation.header(record, "millrace.source.topic");
      if (source.equals(name) || source.endsWith("/" + name)) {
        numbers.add(new ObjectMapper().readTree(record.value()).at("/predictions/x").asInt(-1));
      }
    }
    return numbers;
  }
}
