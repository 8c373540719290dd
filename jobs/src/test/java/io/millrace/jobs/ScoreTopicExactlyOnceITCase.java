package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelEvent;
import io.millrace.testing.check.CheckReport;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
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
          bench.topics.config(Map.of("model.version-policy", "1", "control.topic", "empty"));
      bench.topics.broker.createTopic("empty", 1);
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
}
