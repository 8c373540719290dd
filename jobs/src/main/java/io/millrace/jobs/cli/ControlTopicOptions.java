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

/** Which model, on which control topic: from a job's configuration, or option by option. */
final class ControlTopicOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration of a job, whose model and control topic are meant.")
  private @Nullable Path config;

  @Option(names = "--model", paramLabel = "NAME", description = "The model's name.")
  private @Nullable String model;

  @Option(names = "--topic", paramLabel = "TOPIC", description = "The control topic.")
  private @Nullable String topic;

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

  /** Where commands go. */
  record Target(String model, String topic, KafkaClientProperties client) {}

  /** The options that are given, over the configuration. */
  Configuration configuration() throws ConfigurationException {
    Map<String, String> keys = new LinkedHashMap<>(overrides);
    put(keys, InferenceOptions.NAME, model);
    put(keys, ScoreTopicOptions.CONTROL_TOPIC, topic);
    put(keys, ScoreTopicOptions.BOOTSTRAP_SERVERS, bootstrapServers);
    return config == null ? YamlConfiguration.of(keys) : YamlConfiguration.read(config, keys);
  }

  /** Where commands go. */
  Target target() throws ConfigurationException {
    return target(require(configuration(), InferenceOptions.NAME, "--model"));
  }

  /** Where commands about this model go. */
  Target target(String name) throws ConfigurationException {
    Configuration read = configuration();
    String servers = require(read, ScoreTopicOptions.BOOTSTRAP_SERVERS, "--bootstrap-servers");
    try {
      return new Target(
          name,
          require(read, ScoreTopicOptions.CONTROL_TOPIC, "--topic"),
          new KafkaClientProperties(servers, read.get(ScoreTopicOptions.KAFKA_PROPERTIES)));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void put(
      Map<String, String> keys, ConfigOption<String> option, @Nullable String value) {
    if (value != null) {
      keys.put(option.key(), value);
    }
  }

  private static String require(Configuration read, ConfigOption<String> option, String name)
      throws ConfigurationException {
    String value = read.getOptional(option).orElse(null);
    if (value == null) {
      throw new ConfigurationException(
          name + " is missing: expected it, or --config with " + option.key());
    }
    return value;
  }
}
