package io.millrace.jobs;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The arguments of a job, the same on Millrace's command line and behind {@code flink run}. */
public final class JobArguments {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The job's YAML file.")
  private Path file = Path.of("");

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the file, as in -Dbatching.max-batch-size=64.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  /** Filled by the command line, as a mix-in. */
  public JobArguments() {}

  /**
   * Reads the arguments of a main method.
   *
   * @throws ConfigurationException if they are not {@code --config FILE [-Dkey=value]...}
   */
  static JobArguments parse(String... args) throws ConfigurationException {
    JobArguments arguments = new JobArguments();
    try {
      new CommandLine(arguments).parseArgs(args);
    } catch (ParameterException e) {
      throw new ConfigurationException(
          UsageMessage.of(e, List.of(args)) + ": expected --config FILE [-Dkey=value]...");
    }
    return arguments;
  }

  /**
   * The configuration that the arguments amount to, every key and value checked.
   *
   * @throws ConfigurationException naming what is wrong
   */
  public Configuration configuration() throws ConfigurationException {
    Configuration config = read(Settings.ALL);
    ScoreTopicRequirements.check(config);
    return config;
  }

  /** The same of another job, whose keys these are; each value is checked by itself alone. */
  Configuration read(List<Setting<?>> known) throws ConfigurationException {
    return YamlConfiguration.read(file, overrides, known);
  }
}
