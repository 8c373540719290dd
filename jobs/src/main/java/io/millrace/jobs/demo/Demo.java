package io.millrace.jobs.demo;

import io.millrace.connectors.control.CommandPublisher;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.flink.FileSystemModelStore;
import io.millrace.jobs.LocalFlink;
import io.millrace.jobs.ScoreTopicJob;
import io.millrace.jobs.YamlConfiguration;
import io.millrace.model.Command;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The whole of it in about a minute: a broker, two models, a job, a stream of transactions, the
 * second model half-way, and an account of every record.
 *
 * <pre>{@code
 * List<String> faults = new Demo(options, System.out, true).run(folder);
 * }</pre>
 */
public final class Demo {
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  /**
   * @param seconds how long transactions flow
   * @param ratePerSecond how many of them
   * @param seed of the transactions and of the models' training
   * @param report where the page goes
   * @param ports of Flink's web UI: one, or a range of which the first that is free is taken
   */
  public record Options(int seconds, int ratePerSecond, long seed, Path report, String ports) {}

  private final Options options;
  private final PrintStream out;
  private final boolean terminal;
  private final Stage stage;
  private final Topics topics = Topics.DEMO;

  /**
   * @param terminal whether {@code out} is one: whether a line may be drawn over
   */
  public Demo(Options options, PrintStream out, boolean terminal) {
    this.options = options;
    this.out = out;
    this.terminal = terminal;
    this.stage = new Stage(out);
  }

  /**
   * Runs the demo; blocks until it is over.
   *
   * @param folder for the broker, the models and the checkpoints; empty or missing
   * @return what is wrong with the result, empty if every record is accounted for and both versions
   *     scored
   */
  public List<String> run(Path folder) throws Exception {
    stage.say("\nCard fraud, scored by two versions of a model inside Flink\n");
    try (KafkaBroker broker =
        stage.step(
            "broker",
            () -> startBroker(folder.resolve("kafka")),
            it -> "Kafka in a process of its own, " + it.bootstrapServers())) {
      Path models = folder.resolve("models");
      stage.step(
          "models",
          () -> train(models),
          it -> "fraud/1 (logistic regression), fraud/2 (network): trained");
      try (LocalFlink flink =
          stage.step(
              "job",
              () -> startJob(folder, broker.bootstrapServers(), models),
              it -> "Flink, 2 slots, exactly-once: web UI " + it.address())) {
        return stream(broker.bootstrapServers(), models, flink);
      }
    }
  }

  private KafkaBroker startBroker(Path folder) throws IOException, InterruptedException {
    KafkaBroker broker = KafkaBroker.start(KafkaBroker.jars(), folder);
    try {
      topics.createMissing(new KafkaClientProperties(broker.bootstrapServers(), Map.of()));
      return broker;
    } catch (IOException | InterruptedException e) {
      broker.close();
      throw e;
    }
  }

  /** Trained on other transactions than those that will be scored. */
  private Path train(Path models) {
    FraudModel.exportVersions(options.seed(), models);
    return models;
  }

  private LocalFlink startJob(Path folder, String bootstrapServers, Path models) throws Exception {
    Path file = folder.resolve("score-topic.yaml");
    JobConfiguration job =
        new JobConfiguration(
            "demo",
            bootstrapServers,
            topics,
            models.toUri(),
            1,
            "1 s",
            folder.resolve("checkpoints").toUri());
    Files.writeString(file, job.yaml());
    Configuration configuration = YamlConfiguration.read(file, Map.of());
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    ScoreTopicJob.build(environment, configuration);
    Configuration small = new Configuration();
    small.set(RestOptions.BIND_PORT, options.ports());
    small.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    LocalFlink flink = LocalFlink.start(small, JobConfiguration.PARALLELISM);
    try {
      flink.submit(environment.getStreamGraph());
      return flink;
    } catch (ExecutionException | InterruptedException e) {
      flink.close();
      throw e;
    }
  }

  private List<String> stream(String bootstrapServers, Path models, LocalFlink flink)
      throws Exception {
    Pace pace = new Pace(options.ratePerSecond(), WARM_UP);
    int total = Math.toIntExact(pace.due(Duration.ofSeconds(options.seconds())));
    Ledger ledger = new Ledger(total);
    StatusLog status = new StatusLog();
    TransactionFeed feed =
        new TransactionFeed(
            bootstrapServers,
            topics.input(),
            new TransactionRecords(options.seed()),
            (entry, at) -> ledger.send(entry.labelled(), entry.defect(), at),
            total,
            pace);
    ResultReader results = new ResultReader(bootstrapServers, topics, ledger, status);
    Instant publishedAt;
    try (Run run = new Run(feed, results, status, flink)) {
      run.awaitLive(JobConfiguration.PARALLELISM);
      stage.say(
          String.format(
              Locale.ROOT,
              "  %-9s %,d transactions a second for %d s; fraud/2 is published half-way%n",
              "stream",
              options.ratePerSecond(),
              options.seconds()));
      try (Progress progress = new Progress(out, total, terminal)) {
        publishedAt = run.flow(progress, total, () -> publish(bootstrapServers, models));
      }
      run.finish();
    }
    return account(ledger, status, publishedAt);
  }

  /** Does what {@code millrace model publish} does. */
  private Instant publish(String bootstrapServers, Path models)
      throws IOException, InterruptedException, ModelException {
    URI version = models.resolve("2").toUri();
    String digest;
    try (ModelFiles files =
        FileSystemModelStore.of(List.of(models.toUri().toString())).fetch(version, null)) {
      digest = files.digest();
    }
    KafkaClientProperties client = new KafkaClientProperties(bootstrapServers, Map.of());
    try (CommandPublisher publisher = CommandPublisher.open(client, topics.control())) {
      Instant sentAt = Instant.now();
      publisher.send(
          new Command.Publish(JobConfiguration.MODEL, 2, version, digest, 0, true, null));
      return sentAt;
    }
  }

  private List<String> account(Ledger ledger, StatusLog status, Instant publishedAt)
      throws IOException {
    Summary summary = Summary.of(ledger, WARM_UP);
    Switchover switchover = Switchover.of(status.events(), 2, publishedAt);
    ReportData data = ReportData.of(ledger, summary, status.events(), publishedAt);
    Path report =
        new Report(summary, data, switchover)
            .write(options.report(), lead(), "Made by millrace demo --seed " + options.seed());
    stage.say("\n" + SummaryText.of(summary, switchover));
    stage.say("  report             " + report.toAbsolutePath().normalize().toUri() + "\n");
    stage.say(summary.lastLine());
    return summary.faults();
  }

  private String lead() {
    return String.format(
        Locale.ROOT,
        "%,d transactions a second flowed for %d s through Kafka and a Flink job of 2 subtasks."
            + " Half-way, a better model was published; the job took it over without a pause.",
        options.ratePerSecond(),
        options.seconds());
  }
}
