package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.check.CheckReport;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job jar on a real cluster, by Flink's own command line. */
class ClusterSubmissionITCase {
  @TempDir Path folder;

  @Test
  void run_scoresTheTopicUntilItIsStopped() throws Exception {
    try (ClusterBench bench = new ClusterBench(folder, it -> it)) {
      bench.topics.version(1);
      String job = bench.submit(2);
      bench.topics.sendNumbers(0, 1_000);
      bench.topics.awaitOutputs();
      bench.stop(job);
      CheckReport report = bench.topics.check();
      assertThat(report.isClean()).as(report.toString()).isTrue();
    }
  }
}
