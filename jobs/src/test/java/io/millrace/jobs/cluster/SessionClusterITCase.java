package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.ReservedPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/millrace cluster}, as a user types it. */
class SessionClusterITCase {
  private static final String MILLRACE =
      Path.of(System.getProperty("millrace.distribution"), "bin/millrace").toString();
  private static final String SECRET = "wJalrXUtnFEMI";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @AfterEach
  void stop() throws Exception {
    cluster("stop");
  }

  private CommandResult cluster(String action, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(MILLRACE, "cluster", action));
    line.addAll(List.of("--directory", folder.resolve("cluster").toString()));
    line.addAll(List.of(arguments));
    return CommandResult.of(line, folder, Duration.ofMinutes(5));
  }

  private CommandResult start(String... arguments) throws Exception {
    CommandResult result = cluster("start", arguments);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  private JsonNode status() throws Exception {
    return JSON.readTree(cluster("status", "--json").out());
  }

  private static List<Long> pids(JsonNode status) {
    return StreamSupport.stream(status.get("processes").spliterator(), false)
        .map(process -> process.get("pid").asLong())
        .toList();
  }

  /** Its reporter can be given no address; it serves numbers and takes nothing. */
  private static boolean isPrometheus(InetSocketAddress address) {
    return address.getPort() >= 9249 && address.getPort() <= 9260;
  }

  /** What the JobManager knows. */
  private static Set<String> registered(int restPort) throws IOException {
    URI address = URI.create("http://localhost:" + restPort + "/taskmanagers");
    return ids(JSON.readTree(address.toURL()).get("taskmanagers"));
  }

  /** What the cluster's folder knows. */
  private Set<String> launched() throws IOException {
    Set<String> ids = ids(JSON.readTree(state().toFile()).get("processes"));
    ids.removeIf(id -> !id.startsWith("taskmanager"));
    return ids;
  }

  /** Of which processes something lies in the cluster's folder that is of no use without them. */
  private Set<String> workFolders() throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("cluster/work"))) {
      return folders
          .map(it -> it.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Set<String> ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(it -> it.get("id").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Path state() {
    return folder.resolve("cluster/cluster.json");
  }

  private List<Path> filesWithTheSecret() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  @Test
  void start_killOneAndStartAgain_bringsBackWhatIsMissingAlone() throws Exception {
    int port = ReservedPort.freeNumber();
    String rest = "-Drest.port=" + port;
    String rpc = "-Djobmanager.rpc.port=" + ReservedPort.freeNumber();
    String key = "-Ds3.secret-key=" + SECRET;
    CommandResult started = start(rest, rpc, key, "-Dtaskmanager.memory.process.size=2g");
    assertThat(started.out()).contains("4 of 4 free, on 2 TaskManagers", "web UI");
    assertThat(registered(port)).hasSize(2).isEqualTo(launched());
    List<Long> first = pids(status());
    assertThat(first).hasSize(3);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state())))
        .isEqualTo("rw-------");
    assertThat(filesWithTheSecret()).containsExactly(state());
    CommandResult other = cluster("start", "-Ds3.secret-key=other");
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("s3.secret-key").doesNotContain(SECRET);
    for (long pid : first) {
      assertThat(Files.readString(Path.of("/proc", "" + pid, "cmdline"))).doesNotContain(SECRET);
      assertThat(Files.readString(Path.of("/proc", "" + pid, "environ")))
          .contains("FLINK_HOME=" + Path.of(MILLRACE).getParent().getParent());
      assertThat(ListeningPorts.of(pid))
          .isNotEmpty()
          .filteredOn(it -> !isPrometheus(it))
          .allMatch(it -> it.getAddress().isLoopbackAddress());
    }

    ProcessHandle.of(first.get(2)).orElseThrow().destroyForcibly();
    CommandResult broken = cluster("status");
    assertThat(broken.out()).containsPattern("taskmanager-2 +died; .*taskmanager-2.log");
    assertThat(broken.exitCode()).isZero();

    String killed =
        workFolders().stream().filter(it -> it.startsWith("taskmanager-2")).findAny().orElseThrow();

    CommandResult fewer = start("--taskmanagers", "1");
    assertThat(registered(port)).hasSize(1).isEqualTo(launched());
    assertThat(fewer.out()).contains("2 of 2 free, on 1 TaskManagers").doesNotContain("died");
    assertThat(workFolders()).doesNotContain(killed).containsAll(launched());
    CommandResult again = start();
    assertThat(registered(port)).hasSize(2).isEqualTo(launched());
    assertThat(again.out()).contains("4 of 4 free, on 2 TaskManagers");
    List<Long> second = pids(status());
    assertThat(second).hasSize(3).contains(first.get(0), first.get(1)).doesNotContain(first.get(2));

    CommandResult stopped = cluster("stop");
    assertThat(stopped.out().strip()).isEqualTo("stopped taskmanager-2, taskmanager-1, jobmanager");
    assertThat(second)
        .allSatisfy(
            pid ->
                assertThat(ProcessHandle.of(pid).filter(it -> it.info().command().isPresent()))
                    .isEmpty());
    assertThat(workFolders()).isEmpty();
    CommandResult gone = cluster("status");
    assertThat(gone.exitCode()).isEqualTo(1);
    assertThat(cluster("stop").out().strip()).isEqualTo("no cluster runs");
  }

  @Test
  void start_portTaken_saysWhichKeyToSetAndStartsNothing() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandResult result = cluster("start", "-Drest.port=" + other.getLocalPort());
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err().lines()).singleElement().asString().contains("-Drest.port=");
    }
    assertThat(status().get("processes")).isEmpty();
  }

  @Test
  void start_memoryThatDoesNotAddUp_isRefusedInOneLine() throws Exception {
    CommandResult result = cluster("start", "-Dtaskmanager.memory.process.size=200m");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines()).singleElement().asString().contains("memory of a taskmanager");
    assertThat(status().get("processes")).isEmpty();
  }

  @Test
  void command_prints_whatJavaReads() throws Exception {
    List<String> line =
        List.of(MILLRACE, "cluster", "command", "jobmanager", "-Drest.port=1", "--", "--host", "h");
    CommandResult printed = CommandResult.of(line, folder, Duration.ofMinutes(4));
    assertThat(printed.out().lines())
        .allMatch(argument -> argument.startsWith("\"") && argument.endsWith("\""))
        .contains("\"-Drest.port=1\"", "\"--host\"", "\"h\"")
        .anyMatch(argument -> argument.startsWith("\"-Xmx"))
        .anyMatch(argument -> argument.contains("javacpp.maxPhysicalBytes=0"));
    Path file = Files.writeString(folder.resolve("a"), "-version\n" + printed.out());
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    CommandResult version =
        CommandResult.of(List.of(java, "@" + file), folder, Duration.ofMinutes(4));
    assertThat(version.exitCode()).as(version.err()).isZero();
  }

  @Test
  void command_unknownRole_listsTheKnownOnes() throws Exception {
    CommandResult result =
        CommandResult.of(
            List.of(MILLRACE, "cluster", "command", "worker"), folder, Duration.ofMinutes(4));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("'worker'", "jobmanager, taskmanager, standalone-job");
  }
}
