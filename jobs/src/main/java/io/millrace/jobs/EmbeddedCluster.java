package io.millrace.jobs;

import io.millrace.flink.OffHeapMemory;
import io.millrace.flink.RuntimeJars;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.client.deployment.application.executors.EmbeddedExecutor;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** The cluster whose JobManager runs this main method: application mode, or a jar run by REST. */
final class EmbeddedCluster {
  static final String TARGET = EmbeddedExecutor.NAME;

  /** A class of each artifact. */
  private static final Map<String, String> CLASSES =
      Map.of(
          "tensorflow-core-api", "org/tensorflow/Graph.class",
          "tensorflow-core-native", "org/tensorflow/internal/c_api/TF_Session.class",
          "ndarray", "org/tensorflow/ndarray/NdArray.class",
          "javacpp", "org/bytedeco/javacpp/Pointer.class",
          "protobuf-java", "com/google/protobuf/Message.class");

  private EmbeddedCluster() {}

  /**
   * Looks into this JVM; the TaskManagers, which may not run yet, are taken to have its lib/ and
   * its configuration.
   */
  static ClusterFacts facts(ReadableConfig flink) {
    return new ClusterFacts(
        "this JobManager",
        EnvironmentInformation.getVersion(),
        missing(ClassLoader.getSystemClassLoader()),
        taskManagers(flink));
  }

  static List<String> missing(ClassLoader loader) {
    return RuntimeJars.REQUIRED.stream()
        .filter(
            artifact -> loader.getResource(Objects.requireNonNull(CLASSES.get(artifact))) == null)
        .toList();
  }

  /** What this configuration says of every TaskManager; nothing where it does not name the size. */
  static List<OffHeapMemory> taskManagers(ReadableConfig flink) {
    return flink
        .getOptional(TaskManagerOptions.TASK_OFF_HEAP_MEMORY)
        .map(
            size ->
                new OffHeapMemory(
                    "each TaskManager",
                    size.getBytes(),
                    flink.get(TaskManagerOptions.NUM_TASK_SLOTS)))
        .stream()
        .toList();
  }
}
