package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.ScoreTopicOptions;
import io.millrace.jobs.YamlConfiguration;
import io.millrace.testing.check.CommittedTopic;
import io.millrace.testing.processes.HdfsCluster;
import io.millrace.testing.processes.KafkaBroker;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo prepare} and {@code demo feed} with a real broker and a real HDFS. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DemoPartsITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder;
  private KafkaBroker broker;
  private String servers;
  private Path config;

  @BeforeEach
  void startBroker() throws Exception {
    broker = KafkaBroker.start(KafkaBroker.jars(), folder.resolve("kafka"));
    servers = broker.bootstrapServers();
    config = folder.resolve("fraud.yaml");
  }

  @AfterEach
  void stopBroker() throws Exception {
    broker.close();
  }

  @AfterAll
  static void forgetFileSystems() {
    FileSystem.initialize(new Configuration(), null);
  }

  @Test
  void prepareOnHdfs_thenFeed_givesATopicThatFitsTheModel() throws Exception {
    try (HdfsCluster hdfs = HdfsCluster.start(HdfsCluster.jars(), folder.resolve("hdfs"))) {
      String models = hdfs.uri().resolve("/models/fraud").toString();

      CommandLineRun first = prepare(models);
      assertThat(first.exitCode()).as(first.err()).isZero();
      assertThat(first.out())
          .contains("created transactions, scored, rejected, models, model-events on " + servers)
          .contains(models + "/1: trained and written", models + "/2: trained and written");
      String yaml = Files.readString(config);
      CommandLineRun second = prepare(models);
      assertThat(second.exitCode()).as(second.err()).isZero();
      assertThat(second.out())
          .contains("topics  there already", models + "/1: there already")
          .contains(models + "/2: there already");
      assertThat(config).hasContent(yaml);
      CommandLineRun fed = feed("--rate", "2000", "--seconds", "1");
      assertThat(fed.exitCode()).as(fed.err()).isZero();
      assertThat(fed.out()).contains("2,000 transactions sent");

      CommandLineRun check =
          CommandLineRun.of("score-topic", "--config", config.toString(), "--check");
      assertThat(check.exitCode()).as(check.out() + check.err()).isZero();
      assertThat(check.out()).contains("fraud/1 sha256:", "100 read, 100 fit, 0 do not");
      assertThat(CommandLineRun.of("model", "show", models + "/2").exitCode()).isZero();
    }
  }

  @Test
  void prepareOnALocalPath_neverChangesAVersion_butCompletesOne() throws Exception {
    Path models = folder.resolve("my models");
    URI checkpoints = folder.resolve("checkpoints").toUri();
    Path savedModel = models.resolve("1/saved_model.pb");
    prepare(models.toString(), "--checkpoints", checkpoints.toString());
    byte[] bytes = Files.readAllBytes(savedModel);

    Files.delete(savedModel);
    CommandLineRun completed = prepare(models.toString(), "--checkpoints", checkpoints.toString());
    assertThat(completed.out()).contains("/1: trained and written", "/2: there already");
    assertThat(savedModel).hasBinaryContent(bytes);

    CommandLineRun other = prepare(models.toString(), "--seed", "2");
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err())
        .contains("my%20models/1 holds other files: expected sha256:", "found sha256:");
    assertThat(savedModel).hasBinaryContent(bytes);

    Configuration written = YamlConfiguration.read(config, Map.of());
    assertThat(written.get(ScoreTopicOptions.JOB_NAME)).isEqualTo("fraud");
    assertThat(written.get(ScoreTopicOptions.BOOTSTRAP_SERVERS)).isEqualTo(servers);
    assertThat(written.get(ScoreTopicOptions.MODEL_BASE)).endsWith("/my%20models");
    assertThat(written.get(ScoreTopicOptions.CHECKPOINT_DIRECTORY))
        .isEqualTo(checkpoints.toString());
  }

  @Test
  void feed_untilItIsStopped_tellsWhatItSent_andTheNextGoesOnBehindIt() throws Exception {
    CommandLineRun early = feed();
    assertThat(early.exitCode()).isEqualTo(1);
    assertThat(early.err()).contains("no topic transactions on " + servers);
    prepare(folder.resolve("models").toString());

    try (RunningCommand feed =
        RunningCommand.start("demo", "feed", "--bootstrap-servers", servers, "--rate", "500")) {
      feed.awaitOut(" transactions sent in ");
      CommandLineRun run = feed.stop();
      assertThat(run.exitCode()).as(run.err()).isZero();
      List<String> keys = keys();
      assertThat(run.out()).contains("%,d transactions sent in".formatted(keys.size()));
      assertThat(keys).isNotEmpty();
    }
    int before = keys().size();
    assertThat(feed("--rate", "100", "--seconds", "1").exitCode()).isZero();
    assertThat(keys()).hasSize(before + 100).doesNotHaveDuplicates();
  }

  private CommandLineRun prepare(String models, String... more) {
    List<String> line = new ArrayList<>(List.of("demo", "prepare", "--bootstrap-servers", servers));
    line.addAll(List.of("--models", models, "--config", config.toString()));
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  private CommandLineRun feed(String... more) {
    List<String> line = new ArrayList<>(List.of("demo", "feed", "--bootstrap-servers", servers));
    line.addAll(List.of(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  private List<String> keys() throws Exception {
    return CommittedTopic.read(servers, "transactions", PATIENCE).stream()
        .map(record -> new String(record.key(), UTF_8))
        .toList();
  }
}
