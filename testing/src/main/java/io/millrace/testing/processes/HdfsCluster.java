package io.millrace.testing.processes;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A real HDFS, NameNode and one DataNode, in a JVM of its own: Hadoop's own mini cluster.
 *
 * <pre>{@code
 * try (HdfsCluster hdfs = HdfsCluster.start(HdfsCluster.jars(), temporaryFolder)) {
 *   URI model = hdfs.uri().resolve("/models/fraud/7");
 * }
 * }</pre>
 */
public final class HdfsCluster implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final ReservedPort port;
  private final ChildJvm process;

  private HdfsCluster(ReservedPort port, ChildJvm process) {
    this.port = port;
    this.process = process;
  }

  /** The cluster's jars where the build puts them, below system property millrace.processes. */
  public static Path jars() {
    return ProcessJars.folder("hdfs");
  }

  /**
   * Starts an empty file system; returns when it answers, after about five seconds.
   *
   * @param jars the folder with Hadoop's jars
   * @param directory an empty or missing folder for its data and log
   * @throws IOException if it does not start, with the end of its log
   */
  public static HdfsCluster start(Path jars, Path directory)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path details = directory.toAbsolutePath().resolve("details.json");
    ReservedPort port = ReservedPort.reserve();
    boolean started = false;
    try {
      ChildJvm process = ChildJvm.start(command(jars, directory, port, details));
      // Hadoop writes this file once the DataNode has reported to the NameNode.
      process.awaitReady(START, () -> Files.exists(details));
      started = true;
      return new HdfsCluster(port, process);
    } finally {
      if (!started) {
        port.close();
      }
    }
  }

  /** {@code hdfs://127.0.0.1:<port>/}. */
  public URI uri() {
    return URI.create("hdfs://127.0.0.1:" + port.number() + "/");
  }

  @Override
  public void close() throws IOException {
    process.close();
    port.close();
  }

  private static ChildJvm.Command command(
      Path jars, Path directory, ReservedPort port, Path details) {
    return new ChildJvm.Command(
        "hdfs",
        jars,
        directory,
        JVM_OPTIONS,
        "org.apache.hadoop.test.MiniDFSClusterManager",
        List.of(
            "-format",
            "-nnport",
            Integer.toString(port.number()),
            "-writeDetails",
            details.toString(),
            // The tests' user is not always the one that started the cluster.
            "-D",
            "dfs.permissions.enabled=false"));
  }
}
