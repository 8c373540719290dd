package io.millrace.jobs.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.IllegalConfigurationException;

/**
 * Where Flink's processes find their jars and their configuration.
 *
 * @param root the distribution's folder
 * @param conf the folder of {@code config.yaml}
 */
public record FlinkHome(Path root, Path conf) {
  private static final String HOME = "millrace.home";

  /**
   * The distribution that this JVM was started from, with the configuration that {@code
   * FLINK_CONF_DIR} names, else its own.
   *
   * @throws ClusterException if this JVM was not started by {@code bin/millrace}, or there is no
   *     configuration
   */
  public static FlinkHome ofThisJvm() throws ClusterException {
    String home = System.getProperty(HOME);
    if (home == null) {
      throw new ClusterException("not started by bin/millrace: expected a distribution");
    }
    Path root = Path.of(home);
    String folder = System.getenv().getOrDefault("FLINK_CONF_DIR", "");
    Path conf = folder.isEmpty() ? root.resolve("conf/flink") : Path.of(folder).toAbsolutePath();
    if (!Files.isRegularFile(conf.resolve(GlobalConfiguration.FLINK_CONF_FILENAME))) {
      throw new ClusterException(
          "no " + GlobalConfiguration.FLINK_CONF_FILENAME + " in " + conf + " (FLINK_CONF_DIR)");
    }
    return new FlinkHome(root, conf);
  }

  /**
   * What {@code config.yaml} says.
   *
   * @param overrides keys that count more than the file's
   * @throws ClusterException if the file is no YAML
   */
  public Configuration configuration(Map<String, String> overrides) throws ClusterException {
    try {
      return GlobalConfiguration.loadConfiguration(
          conf.toString(), Configuration.fromMap(overrides));
    } catch (IllegalConfigurationException e) {
      throw new ClusterException(conf + ": " + e.getMessage(), e);
    }
  }

  Path lib() {
    return root.resolve("lib");
  }

  Path jobJar() {
    return root.resolve("job/millrace-job.jar");
  }

  /** What Flink reads from the environment rather than from its configuration. */
  Map<String, String> environment() {
    return Map.of(
        "FLINK_HOME", root.toString(), // Below it lies the GPU plugin's script.
        "FLINK_CONF_DIR", conf.toString(),
        "FLINK_LIB_DIR", lib().toString(),
        "FLINK_PLUGINS_DIR", root.resolve("plugins").toString());
  }
}
