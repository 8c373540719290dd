package io.millrace.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.util.FileUtils;

/**
 * A folder for each process of a cluster, for what is of no use once the process is over, such as
 * its copies of job jars. A TaskManager that has its own id deletes them at no signal (Flink
 * 2.3.0), and after signal 9 nobody does.
 */
final class WorkFolders {
  private final Path root;

  /**
   * @param cluster the cluster's own
   */
  WorkFolders(Path cluster) {
    this.root = cluster.resolve("work");
  }

  /**
   * Creates a process's folder.
   *
   * @param id the process's
   * @param configuration whose folders count more
   * @return the keys that give the process its folder; the caller's
   */
  Map<String, String> create(String id, Configuration configuration) throws IOException {
    Path own = Files.createDirectories(root.resolve(id));
    Map<String, String> settings = new LinkedHashMap<>();
    for (ConfigOption<String> option :
        List.of(
            ClusterOptions.PROCESS_WORKING_DIR_BASE, CoreOptions.TMP_DIRS, WebOptions.TMP_DIR)) {
      if (!configuration.contains(option)) {
        settings.put(option.key(), own.toString());
      }
    }
    return settings;
  }

  /** Deletes those of all other processes. */
  void keepOnly(Collection<DaemonProcess> living) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    Set<Path> kept =
        living.stream().map(it -> root.resolve(it.id())).collect(Collectors.toUnmodifiableSet());
    try (Stream<Path> folders = Files.list(root)) {
      for (Path folder : folders.filter(it -> !kept.contains(it)).toList()) {
        FileUtils.deleteDirectory(folder.toFile());
      }
    }
  }
}
