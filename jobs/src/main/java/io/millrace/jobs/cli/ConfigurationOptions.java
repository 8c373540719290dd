package io.millrace.jobs.cli;

import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.YamlConfiguration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Option;

/** {@code --config FILE -Dkey=value}: what every job takes. */
final class ConfigurationOptions {

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The job's configuration in YAML.")
  private Path file = Path.of("");

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the configuration; may be repeated.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  /** The checked configuration. */
  Configuration read() throws ConfigurationException {
    return YamlConfiguration.read(file, overrides);
  }
}
