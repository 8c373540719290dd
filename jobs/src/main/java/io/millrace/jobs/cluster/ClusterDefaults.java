package io.millrace.jobs.cluster;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/** What a cluster of processes on one machine adds to a configuration that does not say it. */
final class ClusterDefaults {
  private static final String LOCALHOST = "localhost";
  private static final Set<String> LOCAL = Set.of(LOCALHOST, "127.0.0.1");

  private final Configuration configuration;
  private final Map<String, String> missing = new LinkedHashMap<>();

  private ClusterDefaults(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * @param folder the cluster's own
   * @return keys that the configuration lacks; the caller's
   */
  static Map<String, String> of(Configuration configuration, Path folder) {
    ClusterDefaults it = new ClusterDefaults(configuration);
    // On one machine a folder is what every TaskManager reaches; elsewhere config.yaml says where.
    it.put(CheckpointingOptions.CHECKPOINTS_DIRECTORY, uri(folder, "checkpoints"));
    it.put(CheckpointingOptions.SAVEPOINT_DIRECTORY, uri(folder, "savepoints"));
    it.put(TaskManagerOptions.HOST, LOCALHOST);
    // Whoever reaches these ports runs code as this user: without them Flink listens everywhere.
    it.bind(RestOptions.BIND_ADDRESS, RestOptions.ADDRESS);
    it.bind(JobManagerOptions.BIND_HOST, JobManagerOptions.ADDRESS);
    it.bind(TaskManagerOptions.BIND_HOST, TaskManagerOptions.HOST);
    return it.missing;
  }

  // Behind an address that is not this machine's alone, localhost would not be found.
  private void bind(ConfigOption<String> bind, ConfigOption<String> address) {
    String name = configuration.getOptional(address).orElse(LOCALHOST);
    if (LOCAL.contains(name)) {
      put(bind, name);
    }
  }

  private void put(ConfigOption<String> key, String value) {
    if (!configuration.contains(key)) {
      missing.put(key.key(), value);
    }
  }

  private static String uri(Path folder, String name) {
    return folder.resolve(name).toUri().toString();
  }
}
