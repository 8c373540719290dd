package io.millrace.jobs.cli;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.flink.InferenceOptions;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model, on which control topic: from a job's configuration, or option by option. */
final class ControlTopicOptions {

  @Mixin private JobOptions job = new JobOptions();

  @Option(names = "--topic", paramLabel = "TOPIC", description = "The control topic.")
  private @Nullable String topic;

  /** Where commands go. */
  record Target(String model, String topic, KafkaClientProperties client) {}

  /** The options that are given, over the configuration. */
  Configuration configuration() throws ConfigurationException {
    return job.configuration(ScoreTopicOptions.CONTROL_TOPIC, topic);
  }

  /** The job's name where the configuration is a job's, and null where any job may be meant. */
  @Nullable String job() throws ConfigurationException {
    return job.job(configuration());
  }

  /** Where commands go. */
  Target target() throws ConfigurationException {
    return target(JobOptions.require(configuration(), InferenceOptions.NAME, "--model"));
  }

  /** Where commands about this model go. */
  Target target(String name) throws ConfigurationException {
    Configuration read = configuration();
    KafkaClientProperties client = JobOptions.client(read);
    String control = JobOptions.require(read, ScoreTopicOptions.CONTROL_TOPIC, "--topic");
    return new Target(name, control, client);
  }
}
