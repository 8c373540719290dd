package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.check.Observation;
import io.millrace.testing.check.SourcePosition;
import io.millrace.testing.processes.CommandResult;
import io.millrace.testing.processes.ReservedPort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's walk over a cluster, line by line in one shell; only ports and folders are other
 * ones.
 */
class ReadmeWalkITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final int kafkaPort = ReservedPort.freeNumber();
  private final int restPort = ReservedPort.freeNumber();

  ReadmeWalkITCase() throws IOException {}

  private List<String> commands() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : ShellWalk.commands("walk")) {
      lines.add(
          line.replaceFirst("(bin/millrace cluster (start|status|stop))", "$1 " + directory())
              .replace("/tmp/fraud", folder.resolve("fraud").toString())
              .replace("localhost:9092", "localhost:" + kafkaPort)
              .replace("demo broker", "demo broker --port " + kafkaPort)
              .replace("fraud.yaml", folder.resolve("fraud.yaml").toString()));
    }
    return lines;
  }

  private String directory() {
    return "--directory " + folder.resolve("cluster");
  }

  /** The distribution's configuration, with ports that nobody else has. */
  private Path configuration() throws IOException {
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Path shipped = ClusterBench.HOME.resolve("conf/flink");
    Files.copy(
        shipped.resolve("log4j-console.properties"), conf.resolve("log4j-console.properties"));
    String yaml = Files.readString(shipped.resolve("config.yaml"));
    assertThat(yaml).contains("\n    port: 6123\n", "\nrest:\n  address: localhost\n");
    Files.writeString(
        conf.resolve("config.yaml"),
        yaml.replace("\n    port: 6123\n", "\n    port: " + ReservedPort.freeNumber() + "\n")
            .replace(
                "\nrest:\n  address: localhost\n",
                "\nrest:\n  address: localhost\n  port: " + restPort + "\n"));
    return conf;
  }

  @Test
  void walk_everyCommand_doesWhatItSays() throws Exception {
    List<String> commands = commands();
    assertThat(commands).hasSizeGreaterThan(10).last().asString().startsWith("kill ");
    Map<String, String> environment = Map.of("FLINK_CONF_DIR", configuration().toString());
    try (ShellWalk shell = new ShellWalk(environment, LIMIT)) {
      List<ProcessHandle> background = List.of();
      for (String command : commands) {
        if (command.startsWith("kill $")) {
          background = shell.background();
          assertThat(background).isNotEmpty();
        }
        beforehand(command);
        String printed = shell.run(command);
        afterwards(command, printed);
      }
      shell.awaitEnd(background);
    } finally {
      // Its processes are nobody's children.
      CommandResult.of(
          List.of(
              ClusterBench.HOME.resolve("bin/millrace").toString(),
              "cluster",
              "stop",
              "--directory",
              folder.resolve("cluster").toString()),
          folder,
          PATIENCE);
    }
  }

  private void beforehand(String command) throws Exception {
    if (command.startsWith("kill -9")) {
      awaitScoredBy(2);
    } else if (command.startsWith("bin/millrace cluster stop")) {
      awaitJobs("RUNNING", 1);
      int before = scored().size();
      ScoringTopics.await("the resumed job scores", () -> scored().size() > before);
    }
  }

  private void afterwards(String command, String printed) throws Exception {
    if (command.startsWith("bin/millrace cluster start")) {
      assertThat(printed).contains("on 2 TaskManagers", "taskmanager-1");
    } else if (command.startsWith("until savepoint=")) {
      awaitJobs("FINISHED", 1);
    }
  }

  private void awaitJobs(String state, int count) throws Exception {
    URI jobs = URI.create("http://localhost:" + restPort + "/jobs/overview");
    ScoringTopics.await(
        count + " jobs are " + state,
        () -> {
          int found = 0;
          for (JsonNode job : JSON.readTree(jobs.toURL()).path("jobs")) {
            found += job.path("state").asText().equals(state) ? 1 : 0;
          }
          return found == count;
        });
  }

  private void awaitScoredBy(long version) throws Exception {
    ScoringTopics.await(
        "version " + version + " has scored", () -> scored().containsValue(version));
  }

  /** Which version scored what; a record that was scored twice fails. */
  private Map<SourcePosition, Long> scored() throws IOException {
    Map<SourcePosition, Long> scored = new TreeMap<>();
    Set<SourcePosition> twice = new HashSet<>();
    CommittedTopic.read(
        "localhost:" + kafkaPort,
        "scored",
        PATIENCE,
        record -> {
          long version = JSON.readTree(record.value()).at("/model/version").asLong(-1);
          SourcePosition source = Observation.of(record, version).source();
          if (scored.put(source, version) != null) {
            twice.add(source);
          }
        });
    assertThat(twice).isEmpty();
    return scored;
  }
}
