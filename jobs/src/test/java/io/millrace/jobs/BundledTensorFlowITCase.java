package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.FlinkCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job jar that really brings TensorFlow along and that nothing refuses, because it does not use
 * Millrace: what becomes of the TaskManager is the cluster's configuration alone.
 */
class BundledTensorFlowITCase {
  private static final Path LIB = ClusterBench.HOME.resolve("lib");

  @TempDir static Path folder;
  private static Path jar;

  @BeforeAll
  static void buildJar() throws IOException {
    jar = AddingJob.jar(folder.resolve("job"), LIB);
    try (JarFile entries = new JarFile(jar.toFile())) {
      assertThat(entries.stream().map(Object::toString))
          .contains("org/tensorflow/Graph.class", "org/bytedeco/javacpp/Loader.class")
          .anyMatch(name -> name.contains("linux-x86_64/libtensorflow_cc.so"));
    }
  }

  private static FlinkCluster.Builder cluster(String name) {
    return FlinkCluster.of(ClusterBench.HOME, folder.resolve(name))
        .set("taskmanager.memory.process.size", "2500m")
        .set("heartbeat.interval", "1 s")
        .set("heartbeat.timeout", "8 s");
  }

  /** Blocks until the job has ended. */
  private static CommandResult run(FlinkCluster cluster) throws Exception {
    return cluster.flink("run", "-c", AddingJob.MAIN_CLASS, jar.toString());
  }

  private static List<String> nativeLibraries(FlinkCluster cluster) throws IOException {
    Path maps = Path.of("/proc", Long.toString(cluster.taskManager(0).pid()), "maps");
    return Files.readAllLines(maps).stream()
        .filter(line -> line.contains("libtensorflow_cc"))
        .map(line -> line.substring(line.indexOf('/')))
        .distinct()
        .toList();
  }

  @Test
  void submittedTwice_bothFinishOnTheSameTaskManagerWithOneNativeLibrary() throws Exception {
    try (FlinkCluster cluster = cluster("as-shipped").start()) {
      long pid = cluster.taskManager(0).pid();
      for (int submission = 1; submission <= 2; submission++) {
        CommandResult result = run(cluster);
        assertThat(result.exitCode()).as(submission + ": " + result.err()).isZero();
      }

      assertThat(cluster.taskManager(0).isAlive()).isTrue();
      assertThat(cluster.taskManager(0).pid()).isEqualTo(pid);
      assertThat(cluster.get("jobs/overview")).containsPattern("FINISHED.*FINISHED");
      assertThat(nativeLibraries(cluster)).hasSize(1);
    }
  }

  /** What the patterns are for; and that the test above would see it. */
  @Test
  void submittedTwice_withoutTheParentFirstPatterns_endsTheTaskManager() throws Exception {
    try (FlinkCluster cluster =
        cluster("child-first")
            .set("classloader.parent-first-patterns.additional", "nothing.")
            .start()) {
      for (int submission = 1; submission <= 2; submission++) {
        run(cluster);
      }

      assertThat(cluster.taskManager(0).awaitEnd(Duration.ofMinutes(4))).isNotZero();
    }
  }
}
