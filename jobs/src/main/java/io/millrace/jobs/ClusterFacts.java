package io.millrace.jobs;

import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.flink.OffHeapMemory;
import io.millrace.flink.RuntimeJars;
import io.millrace.model.ModelSize;
import java.util.List;
import java.util.Optional;
import org.apache.flink.client.deployment.executors.LocalExecutor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * What a cluster says about itself before a job is sent there.
 *
 * @param name of the cluster in messages
 * @param missing artifacts that are not in its class path
 * @param taskManagers those that it has, as far as it knows their memory
 */
record ClusterFacts(
    String name, String flinkVersion, List<String> missing, List<OffHeapMemory> taskManagers) {

  ClusterFacts {
    missing = List.copyOf(missing);
    taskManagers = List.copyOf(taskManagers);
  }

  /**
   * Asks the cluster that this configuration would send a job to.
   *
   * @param flink the environment's configuration
   * @return empty for a Flink inside this JVM
   * @throws SubmissionException if the cluster does not answer
   */
  static Optional<ClusterFacts> of(ReadableConfig flink)
      throws SubmissionException, InterruptedException {
    String target = flink.getOptional(DeploymentOptions.TARGET).orElse(LocalExecutor.NAME);
    return switch (target) {
      case LocalExecutor.NAME -> Optional.empty();
      case EmbeddedCluster.TARGET -> Optional.of(EmbeddedCluster.facts(flink));
      default -> Optional.of(RemoteCluster.facts(Configuration.fromMap(flink.toMap())));
    };
  }

  /**
   * @throws SubmissionException if no job of this kind can run there
   */
  void requireFit() throws SubmissionException {
    FlinkVersion.require(name, flinkVersion);
    if (!missing.isEmpty()) {
      throw new SubmissionException(
          name
              + " has no "
              + String.join(", ", missing)
              + " in its class path: expected Millrace's runtime jars in its lib/; "
              + RuntimeJars.MEND);
    }
  }

  /**
   * @param location of the model that the job starts with
   * @param versions loaded at once
   * @throws SubmissionException if a TaskManager has too little native memory for it
   */
  void requireMemory(
      String location,
      ModelSize size,
      int versions,
      Sharing sharing,
      Staging staging,
      int parallelism)
      throws SubmissionException {
    for (OffHeapMemory memory : taskManagers) {
      Optional<String> shortfall =
          memory.shortfall(location, size, versions, sharing, staging, parallelism);
      if (shortfall.isPresent()) {
        throw new SubmissionException(shortfall.get());
      }
    }
  }
}
