package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.processes.CommandResult;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs that a cluster of real processes cannot run: refused by Flink's own command line and by
 * REST, and where nothing asked before, given up at once by the cluster.
 */
class RefusedSubmissionsITCase {
  private static final int SMALL = 1;
  private static final int LARGE = 2;

  @TempDir static Path folder;
  private static ClusterBench bench;
  private static ScoringTopics topics;
  private static Path config;

  @BeforeAll
  static void start() throws Exception {
    bench =
        new ClusterBench(
            folder,
            flink ->
                flink
                    .set("taskmanager.memory.task.off-heap.size", "400m")
                    // What counts is the TaskManagers' own.
                    .setOnJobManager("taskmanager.memory.task.off-heap.size", "900m"));
    topics = bench.topics("refused");
    config = Files.writeString(folder.resolve("refused.yaml"), topics.yaml());
    topics.version(SMALL);
    // Takes no room on the disk.
    Path padding = topics.version(LARGE).resolve("variables");
    try (RandomAccessFile file = new RandomAccessFile(padding.resolve("zeros").toFile(), "rw")) {
      file.setLength(200L << 20);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    topics.close();
    bench.close();
  }

  private static void assertRefused(CommandResult result, String... parts) {
    assertThat(result.exitCode()).as(result.out()).isNotZero();
    assertThat(result.err().strip().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).contains(parts);
  }

  private static void assertRefused(HttpResponse<String> answer, String... parts) {
    assertThat(answer.statusCode()).as(answer.body()).isNotEqualTo(200);
    assertThat(answer.body()).contains(parts);
  }

  @Test
  void modelLargerThanTheNativeMemory_isRefusedWithWhatIsNeeded() throws Exception {
    String[] parts = {
      "taskmanager.memory.task.off-heap.size", "is 400m", "/models/2", "2 versions x 2 slots x 226m"
    };

    assertRefused(
        bench.trySubmit(
            topics, ClusterBench.JOB_JAR, List.of("-p", "2"), "-Dmodel.version-policy=2"),
        parts);
    assertRefused(
        RestSubmission.run(
            bench.flink,
            ClusterBench.JOB_JAR,
            "--config",
            config.toString(),
            "-Dmodel.version-policy=2",
            "-Djob.parallelism=2"),
        parts);
  }

  @Test
  void modelLargerThanTheNativeMemory_ofAJobThatNothingChecked_failsItForGood() throws Exception {
    Path jar = UserJar.withForeignJob(folder.resolve("foreign.jar"));
    CommandResult submitted =
        bench.flink.flink(
            "run",
            "-d",
            "-c",
            ForeignJob.class.getName(),
            jar.toString(),
            topics.models.resolve("2").toString());

    assertThat(submitted.exitCode()).as(submitted.err()).isZero();
    String job = submitted.out().replaceAll("(?s).*JobID ([0-9a-f]+).*", "$1");
    ScoringTopics.await("the job has failed", () -> bench.state(job).equals("FAILED"));
    JsonNode history = bench.get("jobs/" + job + "/exceptions").path("exceptionHistory");
    assertThat(history.path("entries")).hasSize(1);
    assertThat(history.toString()).contains("this TaskManager is 400m", "1 version x 1 load");
  }

  @Test
  void fault47_laterVersionLargerThanTheNativeMemory_isRejectedAndTheOldOneGoesOn()
      throws Exception {
    String job = bench.submit(topics, 2, "-Dmodel.version-policy=1");
    topics.sendNumbers(0, 200);
    topics.publish(LARGE);
    ScoringTopics.await("both subtasks reject version 2", () -> rejections() == 2);
    topics.sendNumbers(200, 400);
    topics.awaitOutputs();
    bench.cancel(job);

    CheckReport report = topics.check();
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(topics.read("out"))
        .allSatisfy(record -> assertThat(ScoringTopics.versionOf(record)).isEqualTo(SMALL));
  }

  private static long rejections() throws IOException {
    return topics.events().stream()
        .filter(event -> event.reason() == ModelReason.TOO_LARGE && event.version() == LARGE)
        .map(ModelEvent::subtask)
        .distinct()
        .count();
  }

  @Test
  void tensorFlowInAUserJar_isRefusedNamingTheJar() throws Exception {
    Path jar = UserJar.withTensorFlow(folder.resolve("fat.jar"));
    String[] parts = {"fat.jar", "org/tensorflow/", "provided", "bin/millrace runtime-jars"};

    assertRefused(bench.trySubmit(topics, jar, List.of()), parts);
    assertRefused(RestSubmission.run(bench.flink, jar, "--config", config.toString()), parts);
  }

  @Test
  void fault39_transactionTimeoutShorterThanCheckpointAndRestart_isRefused() throws Exception {
    String[] parts = {
      "output.transaction-timeout is 1 min",
      "at least 90300 ms",
      "checkpointing.interval (300 ms)",
      "a restart (30 s)"
    };

    assertRefused(
        bench.trySubmit(
            topics, ClusterBench.JOB_JAR, List.of(), "-Doutput.transaction-timeout=1 min"),
        parts);
    assertRefused(
        RestSubmission.run(
            bench.flink,
            ClusterBench.JOB_JAR,
            "--config",
            config.toString(),
            "-Doutput.transaction-timeout=1 min"),
        parts);
  }
}
