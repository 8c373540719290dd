package io.millrace.jobs;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelSize;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a cluster has the memory for the version that a job starts with. */
final class StartingMemory {
  private static final Logger LOG = LoggerFactory.getLogger(StartingMemory.class);

  private StartingMemory() {}

  /**
   * Looks how large the version is; one that cannot be read is for the TaskManagers to find out.
   *
   * @param commands by which the job starts; none of them need name a version
   * @throws SubmissionException if the cluster has less memory beside the heap than is needed
   */
  static void require(
      ReadableConfig config, ClusterFacts cluster, List<Command> commands, int parallelism)
      throws SubmissionException, InterruptedException {
    StartingVersions starting = new StartingVersions(config);
    Publish first = starting.active(commands).orElse(null);
    if (first == null) {
      return;
    }
    ModelSize size;
    try {
      size = FileSystemModelStore.of(starting.roots()).size(first.uri());
    } catch (ModelException e) {
      LOG.warn("The TaskManagers will find out how large the model is: {}", e.getMessage());
      return;
    }
    cluster.requireMemory(
        first.uri().toString(),
        size,
        versionsAtOnce(config),
        config.get(InferenceOptions.SHARING),
        config.get(InferenceOptions.STAGING),
        parallelism);
  }

  private static int versionsAtOnce(ReadableConfig config) {
    if (config.get(InferenceOptions.OVERLAP) == Overlap.UNLOAD_FIRST) {
      return 1;
    }
    if (config.get(InferenceOptions.SWITCH_POLICY) == SwitchPolicy.EVENT_TIME) {
      return config.get(InferenceOptions.MAX_LOADED_VERSIONS);
    }
    return config.getOptional(ScoreTopicOptions.CONTROL_TOPIC).isPresent() ? 2 : 1;
  }
}
