package io.millrace.jobs;

import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The arguments of a replay, the same on Millrace's command line and behind {@code flink run}. */
public final class ReplayArguments {
  @Mixin private JobArguments job = new JobArguments();

  @Option(
      names = "--overwrite",
      description = "Replace the output of an earlier replay: -Doutput.overwrite=true.")
  private boolean overwrite;

  @Option(
      names = "--model-timeline",
      arity = "0..1",
      fallbackValue = ReplayedTimeline.BESIDE_THE_VERSIONS,
      paramLabel = "LOCATION",
      description =
          "Score each record by the version that was valid at its time, by the timeline.json in"
              + " model.base or there: -Dmodel.timeline=true or LOCATION.")
  private @Nullable String timeline;

  /** Filled by the command line, as a mix-in. */
  public ReplayArguments() {}

  /**
   * Reads the arguments of a main method.
   *
   * @throws ConfigurationException if they are not {@code --config FILE [-Dkey=value]...}
   */
  static ReplayArguments parse(String... args) throws ConfigurationException {
    ReplayArguments arguments = new ReplayArguments();
    try {
      new CommandLine(arguments).parseArgs(args);
    } catch (ParameterException e) {
      throw new ConfigurationException(
          UsageMessage.of(e, List.of(args))
              + ": expected --config FILE [-Dkey=value]... [--model-timeline[=LOCATION]] [--overwrite]");
    }
    return arguments;
  }

  /**
   * The configuration that the arguments amount to, every key and value checked.
   *
   * @throws ConfigurationException naming what is wrong
   */
  public Configuration configuration() throws ConfigurationException {
    Configuration config = job.read(ReplaySettings.ALL);
    if (overwrite) {
      config.set(ReplayOptions.OVERWRITE, true);
    }
    if (timeline != null) {
      config.set(ReplayOptions.TIMELINE, timeline);
    }
    ReplayRequirements.check(config);
    return config;
  }
}
