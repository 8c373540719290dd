package io.millrace.testing.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A JobManager of Flink 1 in a JVM of its own, and that Flink's command line: what a job for Flink
 * 2 must refuse.
 *
 * <pre>{@code
 * try (OldFlink old = OldFlink.start(OldFlink.jars(), temporaryFolder)) {
 *   CommandResult result = old.flink("run", "-m", old.address(), jobJar);
 * }
 * }</pre>
 */
public final class OldFlink implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration COMMAND = Duration.ofMinutes(3);

  /** What Flink 1.20 wants of Java 17 to start. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx384m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.net=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED");

  private final Path jars;
  private final Path directory;
  private final ReservedPort port;
  private final ReservedPort rpcPort;
  private final ChildJvm jobManager;

  private OldFlink(
      Path jars, Path directory, ReservedPort port, ReservedPort rpcPort, ChildJvm jobManager) {
    this.jars = jars;
    this.directory = directory;
    this.port = port;
    this.rpcPort = rpcPort;
    this.jobManager = jobManager;
  }

  /** Flink 1's jars where the build puts them, below system property millrace.processes. */
  public static Path jars() {
    return ProcessJars.folder("flink1");
  }

  /**
   * Starts a JobManager; returns when it answers, after about two seconds.
   *
   * @param jars the folder with Flink 1's jars
   * @param directory an empty or missing folder for its configuration and log
   * @throws IOException if it does not start, with the end of its log
   */
  public static OldFlink start(Path jars, Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    ReservedPort port = ReservedPort.reserve();
    ReservedPort rpcPort = ReservedPort.reserve();
    boolean started = false;
    try {
      Files.writeString(directory.resolve("config.yaml"), configuration(port, rpcPort));
      ChildJvm jobManager =
          ChildJvm.start(
              new ChildJvm.Command(
                  "flink1",
                  jars,
                  directory,
                  JVM_OPTIONS,
                  "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                  List.of("--configDir", directory.toString())));
      jobManager.awaitReady(START, port::isListening);
      started = true;
      return new OldFlink(jars, directory, port, rpcPort, jobManager);
    } finally {
      if (!started) {
        port.close();
        rpcPort.close();
      }
    }
  }

  private static String configuration(ReservedPort port, ReservedPort rpcPort) {
    return String.join(
        "\n",
        "rest.address: 127.0.0.1",
        "rest.bind-address: 127.0.0.1",
        "rest.port: " + port.number(),
        "jobmanager.rpc.address: 127.0.0.1",
        "jobmanager.rpc.port: " + rpcPort.number(),
        "");
  }

  /** Of the REST interface, {@code 127.0.0.1:<port>}. */
  public String address() {
    return "127.0.0.1:" + port.number();
  }

  /** Runs Flink 1's own command line. */
  public CommandResult flink(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("env", "FLINK_CONF_DIR=" + directory));
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(JVM_OPTIONS);
    line.addAll(List.of("-cp", jars + "/*", "org.apache.flink.client.cli.CliFrontend"));
    line.addAll(List.of(arguments));
    return CommandResult.of(line, directory, COMMAND);
  }

  @Override
  public void close() throws IOException {
    jobManager.kill();
    port.close();
    rpcPort.close();
  }
}
