package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.FlinkCluster;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;

/**
 * A real broker and a Flink cluster of real processes, to which the job jar of the distribution is
 * submitted by Flink's own command line.
 */
final class ClusterBench implements AutoCloseable {
  static final Path HOME = Path.of(System.getProperty("millrace.distribution"));
  static final Path JOB_JAR = HOME.resolve("job/millrace-job.jar");
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");
  private static final Pattern SAVEPOINT = Pattern.compile("Path: (\\S+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  final KafkaBroker broker;
  final FlinkCluster flink;
  private final Path folder;

  /**
   * With the broker that tests share.
   *
   * @param options what the cluster needs besides settings that make a test quick
   */
  ClusterBench(Path folder, UnaryOperator<FlinkCluster.Builder> options) throws Exception {
    this(folder, SharedBroker.get(), options);
  }

  /** With a broker of the caller's, who closes it. */
  ClusterBench(Path folder, KafkaBroker broker, UnaryOperator<FlinkCluster.Builder> options)
      throws Exception {
    this.folder = folder;
    this.broker = broker;
    FlinkCluster.Builder builder =
        FlinkCluster.of(HOME, folder.resolve("flink"))
            .set("heartbeat.interval", "1 s")
            .set("heartbeat.timeout", "20 s")
            .set("restart-strategy.type", "fixed-delay")
            .set("restart-strategy.fixed-delay.attempts", "1000000")
            .set("restart-strategy.fixed-delay.delay", "200 ms")
            .set("taskmanager.memory.process.size", "2500m")
            // What the REST interface says is as old as that: three seconds by default.
            .set("web.refresh-interval", "20 ms");
    flink = options.apply(builder).start();
  }

  /** Topics for a job of this name, which the caller closes. */
  ScoringTopics topics(String name) throws Exception {
    return new ScoringTopics(broker, folder, name);
  }

  /**
   * {@code flink run -d}.
   *
   * @param topics of the job
   * @param jar the job jar
   * @param options for Flink, before the jar
   * @param arguments for the job, besides its configuration
   */
  String submit(ScoringTopics topics, Path jar, List<String> options, String... arguments)
      throws Exception {
    CommandResult result = trySubmit(topics, jar, options, arguments);
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    Matcher matcher = JOB_ID.matcher(result.out());
    assertThat(matcher.find()).as(result.out()).isTrue();
    return matcher.group(1);
  }

  CommandResult trySubmit(ScoringTopics topics, Path jar, List<String> options, String... arguments)
      throws Exception {
    List<String> line = new ArrayList<>(List.of("-d"));
    line.addAll(options);
    line.add(jar.toString());
    line.addAll(arguments(topics, arguments));
    return flink.flink("run", line.toArray(String[]::new));
  }

  private List<String> arguments(ScoringTopics topics, String... others) throws IOException {
    Path config = Files.writeString(folder.resolve(topics.topic("job.yaml")), topics.yaml());
    List<String> arguments = new ArrayList<>(List.of("--config", config.toString()));
    arguments.addAll(List.of(others));
    return arguments;
  }

  /**
   * Without Flink's command line, whose JVM costs more than a small job. A JobManager that was
   * killed has lost what was uploaded, so each job's jar is.
   */
  String submit(ScoringTopics topics, int parallelism, String... arguments) throws Exception {
    return UploadedJar.of(flink, JOB_JAR).submit(parallelism, arguments(topics, arguments));
  }

  /** {@code flink stop}, with a savepoint. */
  String stop(String job) throws Exception {
    CommandResult result = flink.flink("stop", job);
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    Matcher matcher = SAVEPOINT.matcher(result.out());
    assertThat(matcher.find()).as(result.out()).isTrue();
    return matcher.group(1);
  }

  /** Cancels a job and waits until it has ended. */
  void cancel(String job) throws Exception {
    flink.cancel(job);
    ScoringTopics.await("cancelled", () -> state(job).equals("CANCELED"));
  }

  /** Cancels every job that has not ended, and waits for its slots. */
  void cancelAll() throws Exception {
    for (JsonNode it : get("jobs").path("jobs")) {
      String status = it.path("status").asText();
      if (!JobStatus.valueOf(status).isGloballyTerminalState()) {
        cancel(it.path("id").asText());
      }
    }
    ScoringTopics.await("all slots are free", this::isIdle);
  }

  private boolean isIdle() throws IOException, InterruptedException {
    JsonNode overview = get("overview");
    return overview.path("slots-available").equals(overview.path("slots-total"));
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(flink.get(path));
  }

  String state(String job) throws IOException, InterruptedException {
    return get("jobs/" + job).path("state").asText();
  }

  /** Waits until every task of the job runs. */
  void awaitRunning(String job) throws Exception {
    ScoringTopics.await("every task of the job runs", () -> isRunning(job));
  }

  private boolean isRunning(String job) throws InterruptedException {
    try {
      JsonNode vertices = get("jobs/" + job).path("vertices");
      for (JsonNode vertex : vertices) {
        if (vertex.at("/tasks/RUNNING").asInt() != vertex.path("parallelism").asInt()) {
          return false;
        }
      }
      return !vertices.isEmpty();
    } catch (IOException e) {
      return false; // A JobManager that has just been started may not know the job yet.
    }
  }

  /**
   * The TaskManager, by its index, that runs a subtask of the operator with the model; -1 while
   * none does.
   */
  int taskManagerOf(String job, int subtask) throws IOException, InterruptedException {
    for (JsonNode vertex : get("jobs/" + job).path("vertices")) {
      if (vertex.path("name").asText().contains("score with")) {
        JsonNode subtasks =
            get("jobs/" + job + "/vertices/" + vertex.path("id").asText()).path("subtasks");
        String id = subtasks.path(subtask).path("taskmanager-id").asText();
        return id.contains(":") ? flink.indexOf(id) : -1;
      }
    }
    return -1;
  }

  /** The highest checkpoint whose metadata is written, which the commits follow; -1 without one. */
  long latestCheckpoint(String job) throws IOException {
    Path checkpoints = folder.resolve("flink/checkpoints").resolve(job);
    if (Files.notExists(checkpoints)) {
      return -1;
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      return files
          .filter(it -> Files.exists(it.resolve("_metadata")))
          .map(it -> it.getFileName().toString())
          .filter(name -> name.startsWith("chk-"))
          .mapToLong(name -> Long.parseLong(name.substring("chk-".length())))
          .max()
          .orElse(-1);
    } catch (UncheckedIOException | NoSuchFileException e) {
      return -1; // One that was subsumed went away meanwhile.
    }
  }

  @Override
  public void close() throws Exception {
    flink.close();
  }
}
