package io.millrace.jobs.cli;

import io.millrace.jobs.demo.DemoFeed;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Transactions for a job that runs elsewhere. */
@Command(
    name = "feed",
    description =
        "Sends card transactions to topic 'transactions', which 'millrace demo prepare' creates; a"
            + " few of them have a defect.",
    footer = {
      "",
      "Ctrl-C ends it; what it has sent stays.",
      "",
      "Examples:",
      "  millrace demo feed --bootstrap-servers localhost:9092",
      "  millrace demo feed --bootstrap-servers localhost:9092 --rate 5000 --seconds 60"
    })
final class DemoFeedCommand implements Callable<Integer> {

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The Kafka brokers, separated by commas.")
  private String bootstrapServers = "";

  @Option(
      names = "--rate",
      paramLabel = "NUMBER",
      defaultValue = "1000",
      description = "Transactions a second (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "NUMBER",
      description = "How long transactions flow (default: until it is stopped).")
  private @Nullable Integer seconds;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws CommandException {
    DemoCommand.requireOptionsBehind(spec);
    OptionChecks.requireRange(spec, "--rate", rate, 1, 50_000);
    if (seconds != null) {
      OptionChecks.requireRange(spec, "--seconds", seconds, 1, Integer.MAX_VALUE);
    }
    if (bootstrapServers.isBlank()) {
      throw CommandException.usage("--bootstrap-servers '': expected host:port, ...", null);
    }
    try (StopSignal stop = StopSignal.install()) {
      new DemoFeed(bootstrapServers, rate, seconds, Console.out(spec), Console.isTerminal()).run();
      return ExitCode.DONE;
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }
}
