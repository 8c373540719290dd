package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.FlinkCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  final ScoringTopics topics;
  final FlinkCluster flink;
  final Path config;

  /**
   * @param options what the cluster needs besides settings that make a test quick
   */
  ClusterBench(Path folder, UnaryOperator<FlinkCluster.Builder> options) throws Exception {
    topics = new ScoringTopics(folder);
    config = Files.writeString(folder.resolve("bench.yaml"), topics.yaml());
    FlinkCluster.Builder builder =
        FlinkCluster.of(HOME, folder.resolve("flink"))
            .set("heartbeat.interval", "1 s")
            .set("heartbeat.timeout", "8 s")
            .set("restart-strategy.type", "fixed-delay")
            .set("restart-strategy.fixed-delay.attempts", "1000000")
            .set("restart-strategy.fixed-delay.delay", "200 ms")
            .set("taskmanager.memory.process.size", "2500m");
    flink = options.apply(builder).start();
  }

  /**
   * {@code flink run -d}.
   *
   * @param jar the job jar
   * @param options for Flink, before the jar
   * @param arguments for the job, besides its configuration
   */
  String submit(Path jar, List<String> options, String... arguments) throws Exception {
    CommandResult result = trySubmit(jar, options, arguments);
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    Matcher matcher = JOB_ID.matcher(result.out());
    assertThat(matcher.find()).as(result.out()).isTrue();
    return matcher.group(1);
  }

  CommandResult trySubmit(Path jar, List<String> options, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of("-d"));
    line.addAll(options);
    line.addAll(List.of(jar.toString(), "--config", config.toString()));
    line.addAll(List.of(arguments));
    return flink.flink("run", line.toArray(String[]::new));
  }

  String submit(int parallelism, String... arguments) throws Exception {
    return submit(JOB_JAR, List.of("-p", Integer.toString(parallelism)), arguments);
  }

  /** {@code flink stop}, with a savepoint. */
  String stop(String job) throws Exception {
    CommandResult result = flink.flink("stop", job);
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    Matcher matcher = SAVEPOINT.matcher(result.out());
    assertThat(matcher.find()).as(result.out()).isTrue();
    return matcher.group(1);
  }

  /** {@code flink cancel}. */
  void cancel(String job) throws Exception {
    CommandResult result = flink.flink("cancel", job);
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
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

  @Override
  public void close() throws Exception {
    flink.close();
    topics.close();
  }
}
