package io.millrace.jobs.cli;

import io.millrace.jobs.demo.Demo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.FlinkException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Everything at once, on this machine, in about a minute. */
@Command(
    name = "demo",
    subcommands = {DemoBrokerCommand.class, DemoPrepareCommand.class, DemoFeedCommand.class},
    description =
        "Scores a stream of card transactions with a real Kafka broker and Flink, publishes a"
            + " better model while records flow, and accounts for every record.",
    footer = {
      "",
      "Exits with 0 only if nothing was lost or duplicated and both versions scored.",
      "Flink's own log is written to millrace-demo.log in the folder for temporary files.",
      "",
      "Example:",
      "  millrace demo --seconds 20 --rate 5000"
    })
final class DemoCommand implements Callable<Integer> {
  /** How many ports are tried where none is asked for. */
  private static final int PORTS = 20;

  private static final int DEFAULT_PORT = 8081;

  @Option(
      names = "--seconds",
      paramLabel = "NUMBER",
      defaultValue = "40",
      description = "How long transactions flow (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "NUMBER",
      defaultValue = "8000",
      description = "Transactions a second (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the transactions and the training (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = "target/demo-report.html",
      description = "Where the report is written (default: ${DEFAULT-VALUE}).")
  private Path report = Path.of("");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of Flink's web UI (default: the first free one from 8081 on).")
  private @Nullable Integer port;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    OptionChecks.requireRange(spec, "--seconds", seconds, 12, 3_600);
    OptionChecks.requireRange(spec, "--rate", rate, 100, 50_000);
    OptionChecks.requireWritable(spec, "--report", report);
    String ports =
        port == null ? DEFAULT_PORT + "-" + (DEFAULT_PORT + PORTS - 1) : Integer.toString(port);
    // Not spec's writer: the bar needs a stream that draws at once, and an encoding for its blocks.
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Demo demo =
        new Demo(new Demo.Options(seconds, rate, seed, report, ports), out, Console.isTerminal());
    Path folder = Files.createTempDirectory("millrace-demo");
    Thread deletion = new Thread(() -> FileUtils.deleteDirectoryQuietly(folder.toFile()));
    Runtime.getRuntime().addShutdownHook(deletion); // Interrupted, it leaves nothing behind either.
    try {
      List<String> faults = demo.run(folder);
      if (!faults.isEmpty()) {
        throw CommandException.failed(String.join("; ", faults), null);
      }
      return ExitCode.DONE;
    } catch (IOException | FlinkException e) {
      throw CommandException.failed(e.getMessage() + " (Flink's log: " + log() + ")", e);
    }
  }

  /** An option of the demo that stands before one of its parts would say nothing. */
  static void requireOptionsBehind(@Nullable CommandSpec part) {
    if (part == null) {
      return;
    }
    for (OptionSpec option : part.commandLine().getParent().getParseResult().matchedOptions()) {
      if (!option.inherited()) {
        throw new ParameterException(
            part.commandLine(),
            "%s before '%s': expected it behind".formatted(option.longestName(), part.name()));
      }
    }
  }

  private static Path log() {
    return Path.of(System.getProperty("java.io.tmpdir"), "millrace-demo.log");
  }
}
