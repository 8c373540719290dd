package io.millrace.jobs.demo;

import java.net.URI;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a job that scores the demo's transactions, as {@code score-topic --config}
 * takes it.
 *
 * @param models the folder of the version folders
 * @param firstVersion what a fresh job starts with
 * @param checkpointInterval as YAML has it, such as {@code 5 s}
 * @param checkpoints null for what Flink's configuration says
 */
record JobConfiguration(
    String jobName,
    String bootstrapServers,
    Topics topics,
    URI models,
    int firstVersion,
    String checkpointInterval,
    @Nullable URI checkpoints) {
  static final String BATCH_TIMEOUT = "5 ms";
  static final int PARALLELISM = 2;
  static final String MODEL = "fraud";

  String yaml() {
    return """
        job: {name: %s, parallelism: %d}
        kafka: {bootstrap-servers: "%s"}

        # Card transactions as JSON, from the first of the topic on.
        input: {topic: %s, format: json, start: earliest}
        # A transaction has about 300 bytes; what is larger is not read.
        records: {max-size: %d b}

        # Predictions; those who read committed records see them after the next checkpoint.
        output: {topic: %s, fields: [id, card, amount], guarantee: exactly-once, latency-header: true}
        # Records that cannot be scored, with the reason in a header.
        dead-letters: {topic: %s}
        # 'millrace model publish' writes to the first; the job tells on the second what became of it.
        control: {topic: %s, status-topic: %s}

        # Versions lie in <base>/1, <base>/2; nothing outside the roots is ever read.
        model:
          name: %s
          base: "%s"
          version-policy: %d  # where no command says otherwise
          roots: ["%s"]

        # The fields of a transaction in the order of the model's input vector.
        features:
          input: x
          fields:
        %s
        batching: {max-batch-size: 128, batch-timeout: %s}

        %s
        """
        .formatted(
            jobName,
            PARALLELISM,
            bootstrapServers,
            topics.input(),
            Defect.MAX_RECORD_BYTES,
            topics.output(),
            topics.deadLetters(),
            topics.control(),
            topics.status(),
            MODEL,
            models,
            firstVersion,
            models,
            Transaction.FEATURES.stream()
                .map(name -> "    - {name: " + name + ", dtype: " + dtype(name) + "}")
                .collect(Collectors.joining("\n")),
            BATCH_TIMEOUT,
            checkpointing());
  }

  private String checkpointing() {
    return checkpoints == null
        ? """
          # They lie where Flink's configuration says.
          checkpointing: {interval: %s}"""
            .formatted(checkpointInterval)
        : """
          # They are kept when the job is cancelled.
          checkpointing: {interval: %s, directory: "%s"}"""
            .formatted(checkpointInterval, checkpoints);
  }

  private static String dtype(String feature) {
    return switch (feature) {
      case "merchant_category", "hour", "transactions_last_hour" -> "int32";
      case "chip", "online", "foreign" -> "bool";
      default -> "float32";
    };
  }
}
