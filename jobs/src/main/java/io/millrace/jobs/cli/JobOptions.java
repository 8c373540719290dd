package io.millrace.jobs.cli;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.flink.InferenceOptions;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions;
import io.millrace.jobs.YamlConfiguration;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model, on which brokers: from a job's configuration, or option by option. */
final class JobOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration of a job, whose model and topics are meant.")
  private @Nullable Path config;

  @Option(names = "--model", paramLabel = "NAME", description = "The model's name.")
  private @Nullable String model;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "The Kafka brokers, separated by commas.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the configuration, such as kafka.properties.acks=all.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  /**
   * The options that are given, over the configuration.
   *
   * @param option of the command alone
   * @param value its value, null if it is not given
   */
  Configuration configuration(ConfigOption<String> option, @Nullable String value)
      throws ConfigurationException {
    Map<String, String> keys = new LinkedHashMap<>(overrides);
    put(keys, InferenceOptions.NAME, model);
    put(keys, ScoreTopicOptions.BOOTSTRAP_SERVERS, bootstrapServers);
    put(keys, option, value);
    return config == null ? YamlConfiguration.of(keys) : YamlConfiguration.read(config, keys);
  }

  private static void put(
      Map<String, String> keys, ConfigOption<String> option, @Nullable String value) {
    if (value != null) {
      keys.put(option.key(), value);
    }
  }

  /** The job's name where the configuration is a job's, and null where any job may be meant. */
  @Nullable String job(Configuration read) {
    return config == null
        ? read.getOptional(ScoreTopicOptions.JOB_NAME).orElse(null)
        : read.get(ScoreTopicOptions.JOB_NAME);
  }

  static KafkaClientProperties client(Configuration read) throws ConfigurationException {
    String servers = require(read, ScoreTopicOptions.BOOTSTRAP_SERVERS, "--bootstrap-servers");
    try {
      return new KafkaClientProperties(servers, read.get(ScoreTopicOptions.KAFKA_PROPERTIES));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * @param name of the command's option
   */
  static String require(Configuration read, ConfigOption<String> option, String name)
      throws ConfigurationException {
    String value = read.getOptional(option).orElse(null);
    if (value == null) {
      throw new ConfigurationException(
          name + " is missing: expected it, or --config with " + option.key());
    }
    return value;
  }
}
