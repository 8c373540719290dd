package io.millrace.jobs;

import io.millrace.connectors.files.DatePartitions;
import io.millrace.connectors.files.PredictionFiles;
import io.millrace.connectors.formats.RecordJson;
import io.millrace.connectors.formats.ScoredRecordSchema;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TimestampReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.configuration.ReadableConfig;

/** What the files of a replay's predictions are; typed ones need the signature that answers. */
final class ReplayFiles {
  private ReplayFiles() {}

  /**
   * The format that the configuration asks for.
   *
   * @throws ConfigurationException if the signature and the chosen fields have no schema, or the
   *     versions not one signature
   */
  static PredictionFiles of(ReadableConfig config, ReplayedVersions versions, AvroInput avro)
      throws ConfigurationException {
    PredictionFiles format = unpartitioned(config, versions, avro);
    return switch (config.get(ReplayOptions.PARTITION_BY)) {
      case NONE -> format;
      case DATE -> format.partitioned(new DatePartitions(time(config, avro)));
    };
  }

  private static DatePartitions.Time time(ReadableConfig config, AvroInput avro) {
    TimestampReader<KafkaRecord> times = ReplayTimes.of(config, avro);
    return record -> {
      try {
        return times.timestamp(record);
      } catch (RecordException e) {
        return KafkaRecord.NO_TIMESTAMP;
      }
    };
  }

  private static PredictionFiles unpartitioned(
      ReadableConfig config, ReplayedVersions versions, AvroInput avro)
      throws ConfigurationException {
    List<String> fields = config.get(ScoreTopicOptions.OUTPUT_FIELDS);
    RecordJson records = RecordFormats.json(config, ReplayOptions.records(config), avro, fields);
    return switch (config.get(ReplayOptions.OUTPUT_FORMAT)) {
      case JSON -> PredictionFiles.json(fields, records);
      case AVRO -> PredictionFiles.avro(schema(config, versions, fields), fields, records);
      case PARQUET -> PredictionFiles.parquet(schema(config, versions, fields), fields, records);
    };
  }

  private static Schema schema(
      ReadableConfig config, ReplayedVersions versions, List<String> fields)
      throws ConfigurationException {
    Map<String, ElementType> features = new HashMap<>();
    for (Map<String, String> field :
        config.getOptional(ScoreTopicOptions.FEATURES_FIELDS).orElse(List.of())) {
      String name = field.getOrDefault("name", "");
      features.put(name, ElementType.of(field.getOrDefault("dtype", "float32")));
    }
    Signature signature = RowSpecs.narrowed(config, versions.signature());
    if (ReplayOptions.records(config) == Format.TF_EXAMPLE) {
      requireFlat(config, signature, fields);
    }
    try {
      return ScoredRecordSchema.of(signature, fields, features);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          ReplayOptions.OUTPUT_FORMAT.key() + ": " + e.getMessage(), e);
    }
  }

  private static void requireFlat(ReadableConfig config, Signature signature, List<String> fields)
      throws ConfigurationException {
    int batch = signature.hasBatchDimension() ? 1 : 0;
    for (TensorSpec input : signature.inputs()) {
      if (fields.contains(input.name())
          && input.shape().hasRank()
          && input.shape().rank() - batch > 1) {
        throw new ConfigurationException(
            "%s has '%s', an input of shape %s, and %s is %s: expected json, or fields that are flat"
                    .formatted(
                        ScoreTopicOptions.OUTPUT_FIELDS.key(),
                        input.name(),
                        input.shape(),
                        ReplayOptions.OUTPUT_FORMAT.key(),
                        Setting.spell(config.get(ReplayOptions.OUTPUT_FORMAT)))
                + ", as a tf.Example's features are");
      }
    }
  }
}
