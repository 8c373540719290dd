package io.millrace.testing.processes;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A further DataNode of an {@link HdfsCluster} in a JVM of its own, so that it can be killed alone.
 * Whoever started it closes it.
 *
 * <pre>{@code
 * try (HdfsDataNode second = hdfs.startDataNode(temporaryFolder)) {
 *   second.kill();
 * }
 * }</pre>
 */
public final class HdfsDataNode implements AutoCloseable {
  private static final String NAME = "datanode";
  private static final String REPORTED = "sent block report";

  private final ChildJvm process;

  private HdfsDataNode(ChildJvm process) {
    this.process = process;
  }

  /** Returns once it has reported to the NameNode. */
  static HdfsDataNode start(
      Path jars, Path directory, URI fileSystem, List<String> jvmOptions, Duration patience)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    List<String> arguments =
        List.of(
            "-D",
            "fs.defaultFS=" + fileSystem,
            "-D",
            "dfs.datanode.data.dir=" + directory.toAbsolutePath().resolve("data"),
            "-D",
            "dfs.datanode.address=127.0.0.1:0",
            "-D",
            "dfs.datanode.http.address=127.0.0.1:0",
            "-D",
            "dfs.datanode.ipc.address=127.0.0.1:0");
    ChildJvm process =
        ChildJvm.start(
            new ChildJvm.Command(
                NAME,
                jars,
                directory,
                jvmOptions,
                "org.apache.hadoop.hdfs.server.datanode.DataNode",
                arguments));
    Path log = directory.resolve(NAME + ".log");
    process.awaitReady(patience, () -> Files.readString(log).contains(REPORTED));
    return new HdfsDataNode(process);
  }

  /** Ends it with signal 9. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
