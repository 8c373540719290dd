package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.OpenModels;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.models.TroublesomeModels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running job that tries its versions out in a process of their own. */
class ProbeITCase {
  private static final int SUBTASKS = 2;

  /** The policy would refuse what the probe is to find out. */
  private static final Map<String, String> PROBED =
      Map.of("model.probe", "on", "model.probe-timeout", "5 min", "model.ops-policy", "off");

  @TempDir Path folder;

  @Test
  void fault09_publishedVersionThatAborts_isRejectedOnEachSubtaskAndTheOldOneGoesOn()
      throws Exception {
    try (ScoringBench bench = new ScoringBench(folder, 1)) {
      ScoringTopics topics = bench.topics;
      topics.version(1);
      bench.submit(topics.config(PROBED), SUBTASKS, null);
      topics.awaitActive(1, SUBTASKS);
      topics.sendNumbers(0, 1_000);

      // Both would end this very process, which runs the TaskManager too, if it loaded them.
      TroublesomeModels.aborting(topics.models.resolve("2"), 2, false);
      assertThat(rejection(topics, 2).message()).contains("signal 6");
      topics.sendNumbers(1_000, 2_000);
      TroublesomeModels.aborting(topics.models.resolve("3"), 3, true);
      assertThat(rejection(topics, 3).message()).contains("exit code 0");
      topics.sendNumbers(2_000, 3_000);

      topics.version(4);
      topics.publish(4);
      topics.awaitActive(4, SUBTASKS);
      topics.sendNumbers(3_000, 4_000);
      topics.awaitOutputs();
      CheckReport report = topics.check();
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(topics.digests()).containsOnlyKeys(1L, 4L);
    }
  }

  @Test
  void cancelDuringAProbe_doesNotWaitForItAndLeavesNoChild() throws Exception {
    try (ScoringBench bench = new ScoringBench(folder, 1)) {
      ScoringTopics topics = bench.topics;
      topics.version(1);
      JobID job = bench.submit(topics.config(PROBED), SUBTASKS, null);
      topics.awaitActive(1, SUBTASKS);
      long others = ProcessHandle.current().children().count();
      TroublesomeModels.hanging(topics.models.resolve("2"), 2);
      topics.publish(2);
      ScoringTopics.await(
          "a probe runs", () -> ProcessHandle.current().children().count() == others + 1);

      long start = System.nanoTime();
      bench.cluster.cancelJob(job).get();
      ScoringTopics.await(
          "the job has ended", () -> bench.cluster.getJobStatus(job).get() == JobStatus.CANCELED);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
      ScoringTopics.await(
          "no probe is left", () -> ProcessHandle.current().children().count() == others);
      assertThat(OpenModels.count()).isZero();
    }
  }

  /** Publishes a version and waits until each subtask has rejected it. */
  private static ModelEvent rejection(ScoringTopics topics, long version) throws Exception {
    topics.publish(version);
    ScoringTopics.await(
        "version " + version + " is rejected on each subtask",
        () ->
            rejections(topics, version).stream().map(ModelEvent::subtask).distinct().count()
                == SUBTASKS);
    return rejections(topics, version).get(0);
  }

  private static List<ModelEvent> rejections(ScoringTopics topics, long version) throws Exception {
    return topics.events().stream()
        .filter(event -> event.version() == version && event.reason() == ModelReason.PROBE_FAILED)
        .toList();
  }
}
