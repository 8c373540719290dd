package io.millrace.jobs.cli;

import io.millrace.jobs.JobArguments;
import io.millrace.jobs.LocalFlink;
import io.millrace.jobs.ScoreTopicCheck;
import io.millrace.jobs.ScoreTopicJob;
import io.millrace.jobs.ScoreTopicOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Scores a Kafka topic in this JVM, or checks how a topic's records fit the model. */
@Command(
    name = "score-topic",
    description = "Scores a Kafka topic with a SavedModel, on a Flink inside this JVM.",
    footer = {
      "",
      "Ctrl-C ends the job; what it has committed stays. With --check the exit code is 0 if there",
      "were records and every one fits, else 1.",
      "",
      "Examples:",
      "  millrace score-topic --config fraud.yaml",
      "  millrace score-topic --config fraud.yaml -Dmodel.version-policy=7 --check"
    })
final class ScoreTopicCommand implements Callable<Integer> {

  @Mixin private JobArguments arguments = new JobArguments();

  @Option(
      names = "--check",
      description = "Only read up to 100 records and report how they fit the signature.")
  private boolean check;

  @Option(
      names = "--restore",
      paramLabel = "PATH",
      description = "A savepoint or retained checkpoint to go on from.")
  private @Nullable String restore;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (check && restore != null && spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--check and --restore: expected one of them, for a check has no state");
    }
    Configuration configuration = arguments.configuration();
    Configuration flink = Locations.flinkConfiguration();
    PrintWriter out = Console.out(spec);
    try {
      if (check) {
        Locations.initializeFileSystems(flink);
        ScoreTopicCheck.Report report = ScoreTopicCheck.run(configuration);
        out.print(report.toText());
        return report.allFit() ? ExitCode.DONE : ExitCode.FAILED;
      }
      return run(configuration, flink, out);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }

  private int run(Configuration configuration, Configuration flink, PrintWriter out)
      throws Exception {
    LocalFlink.limitRestarts(flink);
    if (restore != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, restore);
    }
    StreamGraph graph =
        LocalJob.graph(
            configuration.get(ScoreTopicOptions.JOB_NAME),
            flink,
            environment -> ScoreTopicJob.build(environment, configuration));
    LocalJob.run(graph, flink, out);
    return ExitCode.DONE;
  }
}
