package io.millrace.jobs.cli;

import io.millrace.jobs.cluster.ClusterStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Brings a session cluster up, or back to its full number of processes. */
@Command(
    name = "start",
    description = {
      "Starts a JobManager with the web UI and TaskManagers with TensorFlow, and returns when all"
          + " of them are ready. Where some of them run already, it starts those that are missing.",
      "Where config.yaml gives them no other address, they listen on localhost alone: whoever"
          + " reaches them runs code as you. Other machines reach the web UI with"
          + " -Drest.bind-address=0.0.0.0. Metrics, which Prometheus reads from ports 9249 to 9260,"
          + " are open to other machines in any case.",
    },
    footer = {
      "",
      "Examples:",
      "  millrace cluster start",
      "  millrace cluster start --taskmanagers 1 -Drest.port=8090"
    })
final class ClusterStartCommand implements Callable<Integer> {
  private static final int MAX_TASK_MANAGERS = 100;

  @Mixin private ClusterFolder folder = new ClusterFolder();

  @Option(
      names = "--taskmanagers",
      paramLabel = "NUMBER",
      defaultValue = "2",
      description = "How many TaskManagers (default: ${DEFAULT-VALUE}).")
  private int taskManagers;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of config.yaml, as in -Dtaskmanager.numberOfTaskSlots=4.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (spec != null && (taskManagers < 1 || taskManagers > MAX_TASK_MANAGERS)) {
      throw new ParameterException(
          spec.commandLine(),
          "--taskmanagers %d: expected 1 to %d".formatted(taskManagers, MAX_TASK_MANAGERS));
    }
    ClusterStatus status = folder.cluster().start(taskManagers, overrides);
    Console.out(spec).print(ClusterReport.toText(status));
    return ExitCode.DONE;
  }
}
