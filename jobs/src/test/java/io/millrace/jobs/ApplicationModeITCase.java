package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.check.CheckReport;
import io.millrace.testing.processes.FlinkCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job as a cluster of its own, as images and Kubernetes start it. */
class ApplicationModeITCase {
  @TempDir Path folder;

  @Test
  void standaloneJob_scoresTheTopicAndGoesOnAfterItsJobManagerIsKilled() throws Exception {
    try (ScoringTopics topics = new ScoringTopics(folder)) {
      topics.version(1);
      Path config = Files.writeString(folder.resolve("job.yaml"), topics.yaml());
      try (FlinkCluster cluster =
          FlinkCluster.of(ClusterBench.HOME, folder.resolve("flink"))
              .application(
                  ScoreTopicJob.class.getName(),
                  "--config",
                  config.toString(),
                  "-Dbatching.max-batch-size=16")
              .highlyAvailable()
              .set("parallelism.default", "2")
              .set("taskmanager.memory.process.size", "2500m")
              .start()) {
        topics.sendNumbers(0, 1_000);
        topics.awaitOutputs();
        assertThat(cluster.get("jobs/overview"))
            .contains("\"name\":\"" + topics.topic("bench") + "\"", "RUNNING");

        cluster.jobManager().kill();
        topics.sendNumbers(1_000, 2_000);
        cluster.jobManager().restart();
        topics.awaitOutputs();
        CheckReport report = topics.check();
        assertThat(report.isClean()).as(report.toString()).isTrue();
      }
    }
  }
}
