package io.millrace.jobs.cli;

import io.millrace.jobs.cluster.ClusterStatus;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows a session cluster. */
@Command(
    name = "status",
    description = "Shows the cluster's processes, its slots and its jobs.",
    footer = {
      "",
      "Exits with 0 if the JobManager answers, else with 1.",
      "",
      "Example:",
      "  millrace cluster status --json | jq '.overview.jobs'"
    })
final class ClusterStatusCommand implements Callable<Integer> {

  @Mixin private ClusterFolder folder = new ClusterFolder();

  @Option(names = "--json", description = "Print JSON of a stable schema.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ClusterStatus status = folder.cluster().status();
    Console.out(spec).print(json ? ClusterReport.toJson(status) : ClusterReport.toText(status));
    return status.overview() == null ? ExitCode.FAILED : ExitCode.DONE;
  }
}
