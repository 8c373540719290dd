package io.millrace.jobs.cli;

import io.millrace.connectors.files.RunSummary;
import io.millrace.jobs.ReplayArguments;
import io.millrace.jobs.ReplayJob;
import io.millrace.jobs.ReplayOptions;
import io.millrace.jobs.ReplayWhatIf;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Scores files of records in this JVM. */
@Command(
    name = "replay",
    description = "Scores files of records with a SavedModel, on a Flink inside this JVM.",
    footer = {
      "",
      "The output shows when it is whole; Ctrl-C leaves none. The last line says what it amounts to.",
      "",
      "Examples:",
      "  millrace replay --config replay.yaml",
      "  millrace replay --config replay.yaml -Dmodel.version-policy=7 --overwrite",
      "  millrace replay --config replay.yaml --what-if 8 --report what-if.html --by country"
    })
final class ReplayCommand implements Callable<Integer> {

  @Mixin private ReplayArguments arguments = new ReplayArguments();

  @Mixin private ReplayWhatIfOptions whatIf = new ReplayWhatIfOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Configuration configured = arguments.configuration();
    Configuration flink = Locations.flinkConfiguration();
    PrintWriter out = Console.out(spec);
    long start = System.nanoTime();
    try {
      ReplayWhatIf asked = whatIf.of(spec, configured);
      Configuration configuration = asked == null ? configured : asked.configuration();
      StreamGraph graph =
          LocalJob.graph(
              configuration.get(ReplayOptions.JOB_NAME),
              flink,
              environment -> ReplayJob.build(environment, configuration));
      LocalJob.run(
          graph, flink, out, new ProgressLine(out, Console.isTerminal(), System::nanoTime));
      out.println(line(ReplayJob.summary(configuration), System.nanoTime() - start));
      if (asked != null) {
        whatIf.write(asked, out);
      }
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.DONE;
  }

  private static String line(RunSummary summary, long nanos) {
    String versions =
        summary.versions().entrySet().stream()
            .map(version -> version.getKey() + ":" + version.getValue())
            .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "in=%d out=%d dead=%d versions=%s files=%d rate=%.0f/s",
        summary.read(),
        summary.scored(),
        summary.deadLetters(),
        versions,
        summary.files(),
        summary.read() * (double) TimeUnit.SECONDS.toNanos(1) / nanos);
  }
}
