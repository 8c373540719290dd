package io.millrace.jobs.demo;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ModelUpload;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * What a job on a cluster needs to score the demo's transactions: topics, two versions of a model
 * and a configuration. What is there already stays as it is.
 *
 * <pre>{@code
 * new DemoSetup(options, out).run();
 * }</pre>
 */
public final class DemoSetup {
  private static final String HEADER = "# Written by 'millrace demo prepare'";
  private static final String JOB = "fraud";
  private static final String CHECKPOINT_INTERVAL = "5 s";

  /**
   * @param models the folder of the version folders, on any file system that Flink knows
   * @param config the file for the job's configuration
   * @param checkpoints null for what Flink's configuration says
   * @param seed of the models' training
   */
  public record Options(
      String bootstrapServers, URI models, Path config, @Nullable URI checkpoints, long seed) {}

  private final Options options;
  private final PrintWriter out;

  public DemoSetup(Options options, PrintWriter out) {
    this.options = options;
    this.out = out;
  }

  /**
   * @throws ConfigurationException for options that cannot work, before anything is done
   * @throws IOException in one line, for brokers or a file system that do not play along
   * @throws ModelException if what lies in a version's place cannot be read
   */
  public void run()
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    requireWritable(options.config());
    KafkaClientProperties client = client();
    Path folder = Files.createTempDirectory("millrace-prepare");
    try {
      List<ModelUpload> uploads =
          List.of(upload(folder.resolve("1"), 1), upload(folder.resolve("2"), 2));
      createTopics(client);
      FraudModel.exportVersions(options.seed(), folder);
      for (int i = 0; i < uploads.size(); i++) {
        boolean written = uploads.get(i).run();
        say("model", location(i + 1) + (written ? ": trained and written" : ": there already"));
      }
    } finally {
      FileUtils.deleteDirectoryQuietly(folder.toFile());
    }
    writeConfiguration();
  }

  private static void requireWritable(Path config) throws ConfigurationException, IOException {
    Path folder = config.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new ConfigurationException(
          "--config %s: folder %s does not exist; create it first".formatted(config, folder));
    }
    if (Files.exists(config)
        && (!Files.isRegularFile(config) || !Files.readString(config).startsWith(HEADER))) {
      throw new ConfigurationException(
          "--config %s is not a file of 'demo prepare': expected a new one".formatted(config));
    }
  }

  private KafkaClientProperties client() throws ConfigurationException {
    try {
      return new KafkaClientProperties(options.bootstrapServers(), Map.of());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("--bootstrap-servers: " + e.getMessage(), e);
    }
  }

  private ModelUpload upload(Path local, int version) throws ConfigurationException {
    try {
      return new ModelUpload(local, location(version));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("--models: " + e.getMessage(), e);
    }
  }

  private URI location(int version) {
    return URI.create(options.models().toString().replaceFirst("/*$", "/") + version);
  }

  private void createTopics(KafkaClientProperties client) throws IOException, InterruptedException {
    List<String> created = Topics.DEMO.createMissing(client);
    String what = created.isEmpty() ? "there already" : "created " + String.join(", ", created);
    say("topics", what + " on " + options.bootstrapServers());
  }

  private void writeConfiguration() throws IOException {
    JobConfiguration configuration =
        new JobConfiguration(
            JOB,
            options.bootstrapServers(),
            Topics.DEMO,
            options.models(),
            1,
            CHECKPOINT_INTERVAL,
            options.checkpoints());
    String text =
        HEADER
            + ", which writes it anew when it is run again.\n"
            + "# Any key can be overridden with -Dkey=value where the job is started.\n"
            + configuration.yaml();
    Files.writeString(options.config(), text);
    say("config", options.config() + ": scores " + Topics.DEMO.input() + " with " + location(1));
  }

  private void say(String what, String text) {
    out.printf("%-7s %s%n", what, text);
    out.flush();
  }
}
