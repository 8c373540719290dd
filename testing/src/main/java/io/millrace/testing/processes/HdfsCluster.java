package io.millrace.testing.processes;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
  private static final String FORMAT = "-format";
  private static final Duration START = Duration.ofMinutes(3);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path jars;
  private final Path directory;
  private final ReservedPort port;
  private ChildJvm process;

  private HdfsCluster(Path jars, Path directory, ReservedPort port, ChildJvm process) {
    this.jars = jars;
    this.directory = directory;
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
    ReservedPort port = ReservedPort.reserve();
    boolean started = false;
    try {
      ChildJvm process = process(jars, directory, port, List.of(FORMAT));
      started = true;
      return new HdfsCluster(jars, directory, port, process);
    } finally {
      if (!started) {
        port.close();
      }
    }
  }

  private static ChildJvm process(
      Path jars, Path directory, ReservedPort port, List<String> arguments)
      throws IOException, InterruptedException {
    Path details = directory.toAbsolutePath().resolve("details.json");
    Files.deleteIfExists(details);
    ChildJvm process = ChildJvm.start(command(jars, directory, port, details, arguments));
    // Hadoop writes this file once the DataNode has reported to the NameNode.
    process.awaitReady(START, () -> Files.exists(details));
    return process;
  }

  /**
   * Starts a DataNode beside its own; returns once it has reported, after about four seconds.
   *
   * @param folder an empty or missing one for its data and log
   * @throws IOException if it does not start, with the end of its log
   */
  public HdfsDataNode startDataNode(Path folder) throws IOException, InterruptedException {
    return HdfsDataNode.start(jars, folder, uri(), JVM_OPTIONS, START);
  }

  /** Ends NameNode and DataNode with signal 9; their port stays reserved. */
  public void stop() {
    process.kill();
  }

  /** Starts them again after {@link #stop}, with the files that they had. */
  public void startAgain() throws IOException, InterruptedException {
    process = process(jars, directory, port, List.of());
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
      Path jars, Path directory, ReservedPort port, Path details, List<String> first) {
    List<String> arguments = new ArrayList<>(first);
    arguments.addAll(
        List.of(
            "-nnport",
            Integer.toString(port.number()),
            "-writeDetails",
            details.toString(),
            // The tests' user is not always the one that started the cluster.
            "-D",
            "dfs.permissions.enabled=false"));
    return new ChildJvm.Command(
        "hdfs",
        jars,
        directory,
        JVM_OPTIONS,
        "org.apache.hadoop.test.MiniDFSClusterManager",
        arguments);
  }
}
