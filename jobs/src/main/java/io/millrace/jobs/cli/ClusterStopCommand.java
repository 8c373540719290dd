package io.millrace.jobs.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Ends a session cluster. */
@Command(
    name = "stop",
    description =
        "Ends every process of the cluster, and the jobs with it; checkpoints and savepoints stay.",
    footer = {"", "Example:", "  millrace cluster stop"})
final class ClusterStopCommand implements Callable<Integer> {

  @Mixin private ClusterFolder folder = new ClusterFolder();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    List<String> stopped = folder.cluster().stop();
    Console.out(spec)
        .println(stopped.isEmpty() ? "no cluster runs" : "stopped " + String.join(", ", stopped));
    return ExitCode.DONE;
  }
}
