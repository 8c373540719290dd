package io.millrace.jobs.cli;

import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ReplayWhatIf;
import io.millrace.jobs.ScoreTopicOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A replay that asks what another version would have decided. */
final class ReplayWhatIfOptions {
  @Option(
      names = "--what-if",
      paramLabel = "VERSION",
      description =
          "Replay with this version below model.base rather than the configured one, into"
              + " <output.path>-what-if-VERSION, and write the --report.")
  private @Nullable Long version;

  @Option(
      names = "--against",
      paramLabel = "LOCATION",
      description =
          "The output that the report holds it against: JSON lines, a file or a folder; by default"
              + " the configured output.path, of a replay that is done.")
  private @Nullable String against;

  @Mixin private WhatIfOptions report = new WhatIfOptions();

  /** What the options amount to; null where they do not ask. */
  @Nullable ReplayWhatIf of(@Nullable CommandSpec spec, Configuration configuration)
      throws ConfigurationException, CommandException, IOException {
    report.check(spec);
    if (version == null) {
      if (against != null || report.isAsked()) {
        throw refusal(spec, "--against and --report: expected --what-if VERSION as well");
      }
      return null;
    }
    if (!report.isAsked()) {
      throw refusal(spec, "--what-if " + version + ": expected --report FILE as well");
    }
    if (version < 0) {
      throw refusal(spec, "--what-if " + version + ": expected a version, 0 or more");
    }
    report.requireNames(spec, configuration.get(ScoreTopicOptions.OUTPUT_FIELDS), against != null);
    ReplayWhatIf whatIf = ReplayWhatIf.of(configuration, version);
    URI base = Locations.parse(against == null ? whatIf.against().toString() : against);
    // Before years of history are replayed for nothing.
    report.requireBase(base);
    return new ReplayWhatIf(whatIf.configuration(), base);
  }

  void write(ReplayWhatIf whatIf, PrintWriter out) throws ConfigurationException, CommandException {
    report.write(whatIf.against(), whatIf.output(), out);
  }

  private static RuntimeException refusal(@Nullable CommandSpec spec, String message) {
    return spec == null
        ? new IllegalStateException(message)
        : new ParameterException(spec.commandLine(), message);
  }
}
