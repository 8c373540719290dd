package io.millrace.jobs.cli;

import io.millrace.jobs.demo.DemoSetup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a job on a cluster needs before it can score the demo's transactions. */
@Command(
    name = "prepare",
    description = {
      "Creates the demo's topics where they are missing, trains two versions of a fraud model,"
          + " writes them where a cluster can read them, and writes the configuration of a job that"
          + " scores with the first.",
    },
    footer = {
      "",
      "It may be run again: topics and models that are there stay as they are, and a version's",
      "folder with other files is an error.",
      "",
      "Examples:",
      "  millrace demo prepare --bootstrap-servers localhost:9092 --models /var/tmp/fraud \\",
      "    --config fraud.yaml",
      "  millrace demo prepare --bootstrap-servers kafka:9092 --models hdfs:///models/fraud \\",
      "    --checkpoints s3://flink/checkpoints --config fraud.yaml"
    })
final class DemoPrepareCommand implements Callable<Integer> {

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The Kafka brokers, separated by commas.")
  private String bootstrapServers = "";

  @Option(
      names = "--models",
      required = true,
      paramLabel = "URI",
      description =
          "The models' folder: a local path, hdfs:// or s3://; version 1 goes to <URI>/1.")
  private String models = "";

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Where the configuration for score-topic is written.")
  private Path config = Path.of("");

  @Option(
      names = "--checkpoints",
      paramLabel = "URI",
      description =
          "The folder for the job's checkpoints (default: what Flink's configuration says).")
  private @Nullable String checkpoints;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    DemoCommand.requireOptionsBehind(spec);
    URI checkpointFolder = checkpoints == null ? null : Locations.parse(checkpoints);
    URI modelFolder = Locations.parse(models);
    try {
      new DemoSetup(
              new DemoSetup.Options(bootstrapServers, modelFolder, config, checkpointFolder, seed),
              Console.out(spec))
          .run();
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.DONE;
  }
}
