package io.millrace.jobs.cli;

import io.millrace.jobs.cluster.FlinkHome;
import io.millrace.jobs.cluster.FlinkRole;
import io.millrace.jobs.cluster.JavaArguments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints how one of Flink's processes is started, for images and supervisors. */
@Command(
    name = "command",
    description = {
      "Prints the arguments of java for one process as a file that java reads: memory, JVM options"
          + " and class path as conf/flink/config.yaml wants them. The process runs in the"
          + " foreground and wants FLINK_PLUGINS_DIR in its environment.",
    },
    footer = {
      "",
      "Flink takes --config for its own --configDir: what is for the job stands behind a second '--'.",
      "",
      "Example:",
      "  millrace cluster command taskmanager -Djobmanager.rpc.address=jobmanager > tm.args",
      "  FLINK_PLUGINS_DIR=plugins exec java @tm.args"
    })
final class ClusterPrintCommand implements Callable<Integer> {

  @Parameters(
      index = "0",
      paramLabel = "ROLE",
      description = "One of ${COMPLETION-CANDIDATES}.",
      completionCandidates = Roles.class)
  private String role = "";

  @Parameters(
      index = "1..*",
      paramLabel = "ARGUMENT",
      description = "For the process itself, behind '--'.")
  private List<String> arguments = new ArrayList<>();

  @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Overrides a key of config.yaml.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "The log file (default: log/ROLE.log of the distribution).")
  private @Nullable Path log;

  @Spec private @Nullable CommandSpec spec;

  static final class Roles extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Roles() {
      for (FlinkRole role : FlinkRole.values()) {
        add(role.toString());
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    FlinkHome home = FlinkHome.ofThisJvm();
    Path file = log == null ? home.root().resolve("log").resolve(role + ".log") : log;
    List<String> line = new JavaArguments(home, overrides).of(role(), file, arguments);
    Console.out(spec).print(JavaArguments.toFile(line));
    return ExitCode.DONE;
  }

  private FlinkRole role() throws CommandException {
    for (FlinkRole known : FlinkRole.values()) {
      if (known.toString().equals(role)) {
        return known;
      }
    }
    throw CommandException.usage(
        "no role '" + role + "': expected one of " + String.join(", ", new Roles()), null);
  }
}
