package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelEvent;
import io.millrace.testing.check.CheckReport;
import io.millrace.testing.processes.CommandResult;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The job jar on a real cluster: submitted, stopped, resumed, rescaled, beside other jobs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterSubmissionITCase {
  @TempDir static Path folder;
  private ClusterBench bench;

  @BeforeAll
  void start() throws Exception {
    bench = new ClusterBench(folder, it -> it.set("taskmanager.numberOfTaskSlots", "4"));
  }

  @AfterAll
  void stop() throws Exception {
    bench.close();
  }

  private static void assertClean(ScoringTopics topics) throws Exception {
    topics.awaitOutputs();
    CheckReport report = topics.check();
    assertThat(report.isClean()).as(report.toString()).isTrue();
  }

  /**
   * The job jar as another build of it: other content, so another class loader and another blob.
   */
  private Path rebuilt() throws IOException {
    Path jar = folder.resolve("rebuilt.jar");
    Files.copy(ClusterBench.JOB_JAR, jar);
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      Files.writeString(zip.getPath("build.txt"), "built at " + Instant.now());
    }
    return jar;
  }

  @Test
  void savepoint_jobJarRebuiltAndRescaled_goesOnWithTheVersionOfTheSavepoint() throws Exception {
    try (ScoringTopics topics = bench.topics("savepoint")) {
      topics.version(1);
      String first = bench.submit(topics, ClusterBench.JOB_JAR, List.of("-p", "2"));
      topics.sendNumbers(0, 1_000);
      topics.version(2);
      topics.publish(2);
      topics.awaitActive(2, 2);
      topics.sendNumbers(1_000, 2_000);
      String savepoint = bench.stop(first);
      assertThat(bench.state(first)).isEqualTo("FINISHED");

      topics.sendNumbers(2_000, 4_000);
      topics.version(3); // Not published: the state wins over what lies in the folder.
      String second = bench.submit(topics, rebuilt(), List.of("-p", "3", "-s", savepoint));
      assertClean(topics);
      assertThat(topics.events().stream().filter(event -> event.parallelism() == 3))
          .filteredOn(ModelEvent::active)
          .extracting(ModelEvent::version)
          .isNotEmpty()
          .containsOnly(2L);
      CommandResult cancelled = bench.flink.flink("cancel", second);
      assertThat(cancelled.exitCode()).as(cancelled.out() + cancelled.err()).isZero();
    }
  }

  @Test
  void fault55_twoJobsInOneTaskManager_shareOneNativeLibrary() throws Exception {
    try (ScoringTopics one = bench.topics("one");
        ScoringTopics other = bench.topics("other")) {
      one.version(1);
      other.version(7);
      String first = bench.submit(one, 2);
      String second = bench.submit(other, 2);
      for (int round = 0; round < 3; round++) {
        one.sendNumbers(round * 500, round * 500 + 500);
        other.sendNumbers(round * 500, round * 500 + 500);
      }
      assertClean(one);
      assertClean(other);
      assertThat(mappedLibraries("libtensorflow_cc")).hasSize(1);
      // One goes, the other stays; and a third comes.
      bench.cancel(first);
      other.sendNumbers(1_500, 2_000);
      assertClean(other);
      String third = bench.submit(one, 2, "-Djob.name=third");
      bench.awaitRunning(third);
      bench.cancel(second);
      bench.cancel(third);
      assertThat(bench.flink.taskManager(0).isAlive()).isTrue();
    }
  }

  private List<String> mappedLibraries(String name) throws IOException {
    Path maps = Path.of("/proc", Long.toString(bench.flink.taskManager(0).pid()), "maps");
    return Files.readAllLines(maps).stream()
        .filter(line -> line.contains(name))
        .map(line -> line.substring(line.indexOf('/')))
        .distinct()
        .toList();
  }
}
