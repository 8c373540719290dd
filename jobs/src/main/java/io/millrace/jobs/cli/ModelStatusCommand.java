package io.millrace.jobs.cli;

import io.millrace.connectors.control.EventReader;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the running jobs say of a model's versions. */
@Command(
    name = "status",
    description = {
      "Shows, by what the status topic says, which versions each subtask of each job has, which one"
          + " scores and which were rejected and why.",
      "All models on the topic, unless --model or --config names one.",
      "With model.switch-policy event-time, in --config or by -D, several score on a subtask: each"
          + " what is of its time.",
    },
    footer = {
      "",
      "Examples:",
      "  millrace model status --config fraud.yaml",
      "  millrace model status --bootstrap-servers localhost:9092 --status-topic model-events"
          + " --json"
    })
final class ModelStatusCommand implements Callable<Integer> {

  @Mixin private JobOptions job = new JobOptions();

  @Option(names = "--status-topic", paramLabel = "TOPIC", description = "The status topic.")
  private @Nullable String topic;

  @Option(names = "--json", description = "Print JSON of a stable schema.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ConfigurationException, CommandException, IOException {
    Configuration read = job.configuration(ScoreTopicOptions.STATUS_TOPIC, topic);
    String model = read.getOptional(InferenceOptions.NAME).orElse(null);
    StatusReport report =
        new StatusReport(read.get(InferenceOptions.SWITCH_POLICY) == SwitchPolicy.EVENT_TIME);
    try (EventReader reader = open(read)) {
      reader.history().stream()
          .filter(event -> model == null || model.equals(event.model()))
          .forEach(report::add);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
    PrintWriter out = Console.out(spec);
    out.print(json ? report.toJson() : report.toText());
    out.flush();
    return ExitCode.DONE;
  }

  private static EventReader open(Configuration read) throws ConfigurationException, IOException {
    String name = JobOptions.require(read, ScoreTopicOptions.STATUS_TOPIC, "--status-topic");
    return EventReader.open(JobOptions.client(read), name);
  }
}
