package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.RuntimeJars;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.FlinkCluster;
import io.millrace.testing.processes.OldFlink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that run no job of Millrace's: told before a job is sent, and what mends it. */
class UnfitClustersITCase {
  private static final String MEND = "bin/millrace runtime-jars <lib of the cluster>";

  @TempDir Path folder;
  private Path config;

  @BeforeEach
  void writeConfiguration() throws IOException {
    config =
        Files.writeString(
            folder.resolve("job.yaml"),
            """
            kafka: {bootstrap-servers: "nowhere.invalid:9092"}
            input: {topic: in}
            output: {topic: out}
            dead-letters: {topic: dead}
            model: {name: m, base: /models/m}
            """);
  }

  /** {@code bin/flink run} of the distribution. */
  private CommandResult run(String address) throws Exception {
    return CommandResult.of(
        List.of(
            ClusterBench.HOME.resolve("bin/flink").toString(),
            "run",
            "-m",
            address,
            ClusterBench.JOB_JAR.toString(),
            "--config",
            config.toString()),
        folder,
        Duration.ofMinutes(3));
  }

  private static void assertRefused(CommandResult result, String... parts) {
    assertThat(result.exitCode()).as(result.out()).isNotZero();
    assertThat(result.err().strip().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).contains(parts);
  }

  @Test
  void jobManagerThatIsNotThere_isNamedAtOnce() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + socket.getLocalPort();
      long start = System.nanoTime();
      CommandResult silent = run(address);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
      assertRefused(silent, address, "bin/millrace cluster start", "flink run -m");

      socket.close();
      assertRefused(run(address), address, "Connection refused", "bin/millrace cluster start");
    }
  }

  @Test
  void flink1_asClusterAndAsClient_isRefused() throws Exception {
    try (OldFlink old = OldFlink.start(OldFlink.jars(), folder.resolve("flink1"))) {
      assertRefused(run(old.address()), old.address(), "Flink 1.20", "expected Flink 2.x");

      CommandResult client =
          old.flink(
              "run",
              "-m",
              old.address(),
              ClusterBench.JOB_JAR.toString(),
              "--config",
              config.toString());
      assertThat(client.exitCode()).as(client.out()).isNotZero();
      assertThat(client.err()).contains("is Flink 1.20", "expected Flink 2.x");
      assertThat(client.err() + client.out()).doesNotContain("NoSuchMethod", "NoClassDef");
    }
  }

  @Test
  void clusterWithoutRuntimeJars_isRefusedNamingTheCommandThatMendsIt() throws Exception {
    Path bare = withoutRuntimeJars(folder.resolve("bare"));
    try (FlinkCluster cluster = FlinkCluster.of(bare, folder.resolve("flink")).start()) {
      assertRefused(
          cluster.flink("run", ClusterBench.JOB_JAR.toString(), "--config", config.toString()),
          cluster.address().getAuthority(),
          "tensorflow-core-api",
          "protobuf-java",
          MEND);
      HttpResponse<String> byRest =
          RestSubmission.run(cluster, ClusterBench.JOB_JAR, "--config", config.toString());
      assertThat(byRest.statusCode()).isNotEqualTo(200);
      assertThat(byRest.body()).contains("this JobManager has no tensorflow-core-api", MEND);
      assertGivenUp(cluster);
    }
  }

  /** A job that nothing checked: Flink gives it up, rather than to restart it for ever. */
  private void assertGivenUp(FlinkCluster cluster) throws Exception {
    Path jar = UserJar.withForeignJob(folder.resolve("foreign.jar"));
    Path model = SavedModels.constantVersion(folder.resolve("model/1"), 1);
    CommandResult submitted =
        cluster.flink(
            "run", "-d", "-c", ForeignJob.class.getName(), jar.toString(), model.toString());
    assertThat(submitted.exitCode()).as(submitted.err()).isZero();
    String job = submitted.out().replaceAll("(?s).*JobID ([0-9a-f]+).*", "$1");
    ScoringTopics.await(
        "the job has failed", () -> cluster.get("jobs/" + job).contains("\"state\":\"FAILED\""));
    assertThat(cluster.get("jobs/" + job + "/exceptions"))
        .contains("TensorFlow is not in the TaskManager's class path", MEND);
  }

  /** The distribution, as a Flink would be that nobody has run {@code runtime-jars} for. */
  private static Path withoutRuntimeJars(Path copy) throws IOException {
    Files.createDirectories(copy.resolve("bin"));
    for (String script : List.of("millrace", "flink")) {
      Files.copy(ClusterBench.HOME.resolve("bin/" + script), copy.resolve("bin/" + script));
    }
    for (String name : List.of("conf", "job", "demo", "plugins")) {
      Files.createSymbolicLink(copy.resolve(name), ClusterBench.HOME.resolve(name));
    }
    Path lib = Files.createDirectory(copy.resolve("lib"));
    try (Stream<Path> jars = Files.list(ClusterBench.HOME.resolve("lib"))) {
      for (Path jar : jars.toList()) {
        String name = jar.getFileName().toString();
        if (RuntimeJars.REQUIRED.stream().noneMatch(it -> RuntimeJars.isJarOf(it, name))) {
          Files.createSymbolicLink(lib.resolve(name), jar);
        }
      }
    }
    return copy;
  }
}
