package io.millrace.jobs.cli;

import io.millrace.jobs.compare.Comparison;
import io.millrace.jobs.compare.OutputLines;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whether a replay gave what was live. */
@Command(
    name = "compare",
    description = {
      "Holds two outputs against each other, record for record and bit for bit, in whatever order"
          + " and files they lie, and names the first differences.",
      "Exit code 0 if they have the same records, 3 if not.",
      "With --report, joins them record by record and writes what is decided otherwise as an HTML"
          + " page; the exit code is then 0 however much they differ.",
    },
    footer = {
      "",
      "Examples:",
      "  millrace compare scored.jsonl hdfs:///replays/january",
      "  millrace compare s3://outputs/live s3://outputs/replay --limit 100",
      "  millrace compare scored/7 scored/8 --report what-if.html --output-name score --by country"
    })
final class CompareCommand implements Callable<Integer> {
  private static final int MAX_LIMIT = 100_000;

  @Parameters(
      index = "0",
      paramLabel = "LIVE",
      description =
          "A file of JSON lines, or a folder of such files: a local path, hdfs:// or s3://; names"
              + " that begin with . or _ are passed over.")
  private String live = "";

  @Parameters(index = "1", paramLabel = "REPLAY", description = "The other one, likewise.")
  private String replay = "";

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      defaultValue = "10",
      description = "How many differences are named at the most; by default ${DEFAULT-VALUE}.")
  private int limit;

  @Mixin private WhatIfOptions whatIf = new WhatIfOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws CommandException {
    OptionChecks.requireRange(spec, "--limit", limit, 0, MAX_LIMIT);
    whatIf.check(spec);
    if (whatIf.isAsked()) {
      whatIf.write(Locations.parse(live), Locations.parse(replay), Console.out(spec));
      return ExitCode.DONE;
    }
    Comparison found = compare();
    PrintWriter out = Console.out(spec);
    found.differences().forEach(out::println);
    if (!found.equal()) {
      throw CommandException.refused(
          "%d records live, %d in the replay: %d are only live, %d only in the replay"
              .formatted(found.live(), found.replay(), found.onlyLive(), found.onlyReplay()));
    }
    out.printf("equal: %d records, bit for bit%n", found.live());
    return ExitCode.DONE;
  }

  private Comparison compare() throws CommandException {
    try {
      return Comparison.of(
          OutputLines.at(Locations.parse(live)), OutputLines.at(Locations.parse(replay)), limit);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }
}
