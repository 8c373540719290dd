package io.millrace.jobs.demo;

import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The configuration of the demo's job, as {@code score-topic --config} takes it. */
final class JobConfiguration {
  static final String BATCH_TIMEOUT = "5 ms";
  static final int PARALLELISM = 2;
  static final String MODEL = "fraud";

  private JobConfiguration() {}

  /**
   * @param models the folder of the version folders
   * @param firstVersion what a fresh job starts with
   */
  static String yaml(
      String bootstrapServers, Topics topics, Path models, int firstVersion, URI checkpoints) {
    URI base = models.toUri();
    return """
        job: {name: demo, parallelism: %d}
        kafka: {bootstrap-servers: "%s"}
        input: {topic: %s, format: json, start: earliest}
        records: {max-size: %d b}
        output: {topic: %s, fields: [id, card, amount], guarantee: exactly-once, latency-header: true}
        dead-letters: {topic: %s}
        control: {topic: %s, status-topic: %s}
        model:
          name: %s
          base: "%s"
          version-policy: %d
          roots: ["%s"]
        features:
          input: x
          fields:
        %s
        batching: {max-batch-size: 128, batch-timeout: %s}
        checkpointing: {interval: 1 s, directory: "%s"}
        """
        .formatted(
            PARALLELISM,
            bootstrapServers,
            topics.input(),
            Defect.MAX_RECORD_BYTES,
            topics.output(),
            topics.deadLetters(),
            topics.control(),
            topics.status(),
            MODEL,
            base,
            firstVersion,
            base,
            Transaction.FEATURES.stream()
                .map(name -> "    - {name: " + name + ", dtype: " + dtype(name) + "}")
                .collect(Collectors.joining("\n")),
            BATCH_TIMEOUT,
            checkpoints);
  }

  private static String dtype(String feature) {
    return switch (feature) {
      case "merchant_category", "hour", "transactions_last_hour" -> "int32";
      case "chip", "online", "foreign" -> "bool";
      default -> "float32";
    };
  }
}
