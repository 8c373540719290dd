package io.millrace.jobs.cli;

import io.millrace.connectors.files.TopicRecorder;
import io.millrace.connectors.files.TopicRecorder.Kept;
import io.millrace.jobs.ScoreTopicOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Keeps a stretch of a topic in files, for a replay, a comparison or a backfill. */
@Command(
    name = "record",
    description = {
      "Keeps a stretch of a topic in files, a file for each partition, with keys, timestamps and"
          + " values as they are: what 'replay' reads with input.format topic, 'score-topic' with"
          + " input.backfill.format topic, and 'compare' as an output.",
    },
    footer = {
      "",
      "The files are Avro; the folder shows when all are whole. The last line that is printed says"
          + " at which offsets the topic goes on, for input.backfill.offsets.",
      "",
      "Examples:",
      "  millrace record --config fraud.yaml --to hdfs:///history/january",
      "  millrace record --config fraud.yaml --topic scored --to hdfs:///live/january",
      "  millrace record --config fraud.yaml --to today --since 2026-01-31T00:00:00Z --until"
          + " 2026-02-01T00:00:00Z"
    })
final class RecordCommand implements Callable<Integer> {
  @Mixin private JobOptions job = new JobOptions();

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "The topic; by default the input topic of --config.")
  private @Nullable String topic;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FOLDER",
      description = "A folder that is not there yet: a local path, hdfs:// or s3://.")
  private String to = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "In each partition, from the first record of that time or later on, such as"
              + " 2026-01-31T00:00:00Z; by default from the first that there is.")
  private @Nullable Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description =
          "In each partition, up to the first record of that time or later; by default all that"
              + " there are now.")
  private @Nullable Instant until;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Configuration read = job.configuration(ScoreTopicOptions.INPUT_TOPIC, topic);
    String name = JobOptions.require(read, ScoreTopicOptions.INPUT_TOPIC, "--topic");
    requireTimeBetween();
    Path target = new Path(Locations.parse(to));
    try {
      List<Kept> kept =
          new TopicRecorder(JobOptions.client(read), name).record(since, until, target);
      print(name, kept);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.DONE;
  }

  private void requireTimeBetween() {
    if (spec != null && since != null && until != null && !since.isBefore(until)) {
      throw new ParameterException(
          spec.commandLine(),
          "--since %s --until %s: expected a later time for --until".formatted(since, until));
    }
  }

  private void print(String name, List<Kept> kept) {
    PrintWriter out = Console.out(spec);
    for (Kept part : kept) {
      out.printf(
          "%s-%d: %d records of offsets %d to %d%n",
          name, part.partition(), part.records(), part.first(), part.end());
    }
    out.printf(
        "%d records of %d partitions are in %s; the topic goes on at {%s}%n",
        kept.stream().mapToLong(Kept::records).sum(),
        kept.size(),
        to,
        kept.stream()
            .map(part -> part.partition() + ": " + part.end())
            .collect(Collectors.joining(", ")));
  }
}
