package io.millrace.jobs.cli;

import io.millrace.jobs.cluster.ClusterException;
import io.millrace.jobs.cluster.FlinkHome;
import io.millrace.jobs.cluster.SessionCluster;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --directory}: which cluster a command is about. */
final class ClusterFolder {

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Folder of its logs, checkpoints and savepoints (default: cluster/ of the distribution).")
  private @Nullable Path directory;

  SessionCluster cluster() throws ClusterException {
    FlinkHome home = FlinkHome.ofThisJvm();
    return new SessionCluster(home, directory == null ? home.root().resolve("cluster") : directory);
  }
}
