package io.millrace.jobs;

import io.millrace.connectors.control.CommandHistory;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.ModelUse;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.model.Batch;
import io.millrace.model.Command;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Signature;
import io.millrace.tensorflow.TensorFlowEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;

/** How the records of a topic fit the model, found out without a job and without scoring any. */
public final class ScoreTopicCheck {
  private static final int RECORDS = 100;

  private ScoreTopicCheck() {}

  /**
   * What was found.
   *
   * @param read how many records
   * @param rejected those that do not fit, by reason
   */
  public record Report(
      ModelVersion version, Signature signature, int read, Map<RecordReason, Misfits> rejected) {

    /** Whether there were records and every one fits. */
    public boolean allFit() {
      return read > 0 && rejected.isEmpty();
    }

    /** Lines for people. */
    public String toText() {
      int misfits = rejected.values().stream().mapToInt(Misfits::count).sum();
      StringBuilder text = new StringBuilder();
      text.append("model     ").append(version).append(' ').append(version.digest()).append('\n');
      text.append("signature ").append(signature.name()).append(": ");
      text.append(signature.inputs()).append('\n');
      text.append("records   ").append(read).append(" read, ").append(read - misfits);
      text.append(" fit, ").append(misfits).append(" do not\n");
      rejected.forEach(
          (reason, found) ->
              text.append("  ")
                  .append(reason)
                  .append(' ')
                  .append(found.count())
                  .append(", first at ")
                  .append(found.place())
                  .append(": ")
                  .append(found.message())
                  .append('\n'));
      return text.toString();
    }
  }

  /**
   * Records that do not fit for one reason.
   *
   * @param place the first of them, as topic-partition@offset
   * @param message what is wrong with the first
   */
  public record Misfits(int count, String place, String message) {}

  /**
   * Reads up to 100 records of the topic, from where the job would start; of a backfill, the files
   * are opened, and the records are those behind them.
   *
   * @throws ConfigurationException before any I/O, for a configuration that no job can run with; or
   *     with all that keeps the features from filling their input
   * @throws IOException in one line, for a broker or a schema registry that does not answer, or a
   *     topic that is not there
   * @throws ModelException if the version that the job would start with cannot be loaded
   */
  public static Report run(Configuration config)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    ScoreTopicRequirements.check(config);
    KafkaClientProperties client = ScoreTopicJob.client(config);
    KafkaConnection connection = new KafkaConnection(client);
    String topic = config.get(ScoreTopicOptions.INPUT_TOPIC);
    Format format = config.get(ScoreTopicOptions.INPUT_FORMAT);
    AvroInput avro = AvroInput.open(config, format);
    int partitions = connection.partitionCounts(List.of(topic)).getOrDefault(topic, 0);
    ModelUse use = ModelUse.of(config);
    Command.Publish publish = startingVersion(config, client);
    use.requireDigest(publish);
    Map<Integer, Long> backfilled = Map.of();
    if (Backfill.isAsked(config)) {
      Backfill.requireFiles(config);
      backfilled = Backfill.offsets(config, client, false);
    }
    List<KafkaRecord> records =
        new TopicSample(config, connection, partitions, backfilled).read(RECORDS);
    FileSystemModelStore store =
        FileSystemModelStore.of(new StartingVersions(config).roots())
            .with(config.get(InferenceOptions.INTEGRITY))
            .with(config.get(InferenceOptions.STAGING));
    try (ModelFiles files = store.fetch(publish.uri(), publish.digest());
        Model loaded = TensorFlowEngine.create().load(files, use.loadOptions())) {
      ModelVersion version = new ModelVersion(publish.model(), publish.version(), files.digest());
      RecordFormats.requireFit(config, List.of(use.signature(loaded)));
      return check(version, loaded, use, RecordFormats.writer(config, format, avro), records);
    } catch (UncheckedIOException e) {
      // Of a schema registry.
      throw e.getCause();
    }
  }

  private static Command.Publish startingVersion(
      ReadableConfig config, KafkaClientProperties client)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    String control = config.getOptional(ScoreTopicOptions.CONTROL_TOPIC).orElse(null);
    List<Command> history =
        control == null ? List.of() : CommandHistory.read(client, control).commands();
    StartingVersions starting = new StartingVersions(config);
    return starting.active(starting.commands(history)).orElseThrow();
  }

  private static Report check(
      ModelVersion version,
      Model model,
      ModelUse use,
      FeatureWriter<KafkaRecord> writer,
      List<KafkaRecord> records)
      throws ModelException {
    Signature signature = use.signature(model);
    Map<RecordReason, Misfits> rejected = new EnumMap<>(RecordReason.class);
    // What a record looks like depends on what the job finds out when it warms the model up.
    try (Batch batch = model.newBatch(use.batchOptions(model, signature))) {
      for (KafkaRecord record : records) {
        try {
          batch.append(record, writer);
        } catch (RecordException e) {
          Misfits first = new Misfits(1, record.toString(), String.valueOf(e.getMessage()));
          rejected.merge(
              e.reason(),
              first,
              (known, more) -> new Misfits(known.count() + 1, known.place(), known.message()));
        }
        batch.clear();
      }
    }
    return new Report(version, signature, records.size(), rejected);
  }
}
