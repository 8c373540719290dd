package io.millrace.jobs;

import io.millrace.flink.OffHeapMemory;
import io.millrace.flink.RuntimeJars;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.client.deployment.application.executors.EmbeddedExecutor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster whose JobManager runs this main method: application mode, or a jar run by REST. */
final class EmbeddedCluster {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCluster.class);

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
   * Looks into this JVM, whose lib/ the TaskManagers are taken to have, and asks the JobManager for
   * those that have registered: their memory is their own configuration's, not this process's.
   */
  static ClusterFacts facts(ReadableConfig flink) throws InterruptedException {
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

  /** Nothing where the JobManager cannot be asked: each TaskManager checks for itself as well. */
  static List<OffHeapMemory> taskManagers(ReadableConfig flink) throws InterruptedException {
    try {
      return RemoteCluster.taskManagersOfThisJobManager(Configuration.fromMap(flink.toMap()));
    } catch (SubmissionException e) {
      LOG.warn("The TaskManagers' memory is not checked before the job starts: {}", e.getMessage());
      return List.of();
    }
  }
}
