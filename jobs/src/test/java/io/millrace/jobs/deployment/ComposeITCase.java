package io.millrace.jobs.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.check.Await;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.processes.CommandProcess;
import io.millrace.testing.processes.HdfsCluster;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docker compose up} without Docker: a real broker, HDFS and S3 server in place of those
 * images, and this repository's services as the file has them.
 */
class ComposeITCase {
  private static final Path DISTRIBUTION = Path.of(System.getProperty("millrace.distribution"));
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final Duration READ = Duration.ofMinutes(4);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void up_endsInAScoredTopicWithCheckpointsOnS3() throws Exception {
    try (KafkaBroker kafka = KafkaBroker.start(KafkaBroker.jars(), directory.resolve("kafka"));
        HdfsCluster hdfs = HdfsCluster.start(HdfsCluster.jars(), directory.resolve("hdfs"));
        S3Server s3 = S3Server.start(S3Server.jars(), directory.resolve("s3"));
        ComposeServices services =
            new ComposeServices(Compose.read(), DISTRIBUTION, directory, kafka, hdfs, s3)) {
      // What service 'bucket' does.
      s3.createBucket("flink");
      CommandProcess prepare = services.start("prepare");
      List<URI> metrics = new ArrayList<>(services.startHealthy("jobmanager"));
      metrics.addAll(services.startHealthy("taskmanager"));
      prepare.awaitSuccess(DEADLINE);
      services.complete("submit");
      services.start("feed");

      JsonNode first = awaitScoredBy(1, kafka);
      assertThat(first.at("/model/name").asText()).isEqualTo("fraud");
      assertThat(first.path("predictions").size()).isPositive();
      services.complete("submit", DockerGuide.publish());
      awaitScoredBy(2, kafka);
      services.complete("submit");
      assertThat(jobs(services)).as("submitted twice, run once").hasSize(1);
      assertThat(checkpoint(services)).startsWith("s3://flink/checkpoints/");
      assertThat(objects(directory.resolve("s3/buckets/flink/checkpoints")))
          .anyMatch(object -> object.endsWith("_metadata"));
      assertThat(reported(services, metrics)).containsAll(Dashboard.read().metrics());

      // With tasks at work, a TaskManager that is stopped may end with 239: what Flink's
      // FatalExitExceptionHandler makes of a thread that fails while the process shuts down.
      services.complete(
          "submit", List.of("flink", "cancel", "-m", "jobmanager:8081", jobs(services).get(0)));
      // Signals reach the JVMs: 143 is SIGTERM, which 'docker stop' sends.
      Map<String, Integer> codes = services.stop();
      assertThat(codes)
          .as(() -> logs(codes))
          .isEqualTo(
              Map.of(
                  "feed.log", 143,
                  "jobmanager-1.log", 143,
                  "taskmanager-1.log", 143,
                  "taskmanager-2.log", 143));
    }
  }

  /** The ends of the logs of those that ended otherwise. */
  private String logs(Map<String, Integer> codes) {
    return codes.entrySet().stream()
        .filter(ended -> ended.getValue() != 143)
        .map(ended -> CommandProcess.tail(directory.resolve(ended.getKey())))
        .collect(Collectors.joining("\n"));
  }

  /** The first record of that version that read-committed readers see. */
  private static JsonNode awaitScoredBy(int version, KafkaBroker kafka) throws Exception {
    return Await.first(
            "a record scored by version " + version,
            DEADLINE,
            Duration.ofSeconds(1),
            () -> firstScoredBy(version, kafka),
            Optional::isPresent)
        .orElseThrow();
  }

  private static Optional<JsonNode> firstScoredBy(int version, KafkaBroker kafka)
      throws IOException {
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedTopic.read(kafka.bootstrapServers(), "scored", READ)) {
      JsonNode scored = JSON.readTree(record.value());
      if (scored.at("/model/version").asInt() == version) {
        return Optional.of(scored);
      }
    }
    return Optional.empty();
  }

  private static List<String> jobs(ComposeServices services) throws Exception {
    return JSON.readTree(services.rest("/jobs")).path("jobs").findValuesAsText("id");
  }

  /** Where the job's last checkpoint lies: there is one, or nothing would be committed. */
  private static String checkpoint(ComposeServices services) throws Exception {
    String path = "/jobs/" + jobs(services).get(0) + "/checkpoints";
    return JSON.readTree(services.rest(path)).at("/latest/completed/external_path").asText();
  }

  private static List<Path> objects(Path bucket) throws IOException {
    try (Stream<Path> files = Files.walk(bucket)) {
      return files.toList();
    }
  }

  /** The names of all metrics that Prometheus would read. */
  private static Set<String> reported(ComposeServices services, List<URI> addresses)
      throws Exception {
    Set<String> names = new TreeSet<>();
    for (URI address : addresses) {
      services
          .get(address)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> names.add(line.split("[{ ]", 2)[0]));
    }
    return names;
  }
}
