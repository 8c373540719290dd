package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.processes.ReservedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's walk over HDFS and S3, line by line in one shell; only ports and folders are other
 * ones.
 */
class StorageWalkITCase {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final int kafka = ReservedPort.freeNumber();
  private final int hdfs = ReservedPort.freeNumber();
  private final int s3 = ReservedPort.freeNumber();

  StorageWalkITCase() throws IOException {}

  private String here(String line) {
    return line.replace("/tmp/fraud", folder.resolve("fraud").toString())
        .replace("localhost:9092", "localhost:" + kafka)
        .replace("demo broker", "demo broker --port " + kafka)
        .replace("localhost:8020", "localhost:" + hdfs)
        .replace("-nnport 8020", "-nnport " + hdfs)
        .replace("localhost:9000", "localhost:" + s3)
        .replace("fraud.yaml", folder.resolve("fraud.yaml").toString());
  }

  @Test
  void walk_everyCommand_doesWhatItSays() throws Exception {
    List<String> commands = ShellWalk.commands("storage");
    assertThat(commands).hasSizeGreaterThan(20).last().asString().startsWith("kill ");
    try (ShellWalk shell = new ShellWalk(Map.of(), LIMIT)) {
      List<ProcessHandle> background = List.of();
      for (String command : commands) {
        if (command.startsWith("kill ")) {
          background = shell.background();
          long before = awaitScoredBy(2, 1);
          awaitScoredBy(2, before + 1);
          assertThat(scored()).containsOnlyKeys(1L, 2L);
        } else if (command.startsWith("bin/millrace model publish s3:")) {
          awaitScoredBy(1, 1);
        }
        String printed = shell.run(here(command));
        if (command.startsWith("bin/millrace model scan")) {
          assertThat(printed).contains("model: accepted", "signature 'serving_default': accepted");
        } else if (command.startsWith("bin/millrace model verify")) {
          assertThat(printed).contains("'variables/variables.index' has ", "exit code 3");
        } else if (command.startsWith("until grep DIGEST_MISMATCH")) {
          assertThat(printed).contains("variables/variables.index");
        }
      }
      shell.awaitEnd(background);
    }
  }

  private long awaitScoredBy(long version, long count) throws Exception {
    ScoringTopics.await(
        count + " records scored by version " + version,
        () -> scored().getOrDefault(version, 0L) >= count);
    return scored().getOrDefault(version, 0L);
  }

  /** How many records each version scored, as read-committed readers see it. */
  private Map<Long, Long> scored() throws IOException {
    Map<Long, Long> scored = new TreeMap<>();
    CommittedTopic.read(
        "localhost:" + kafka,
        "scored",
        PATIENCE,
        record ->
            scored.merge(
                JSON.readTree(record.value()).at("/model/version").asLong(-1), 1L, Long::sum));
    return scored;
  }
}
