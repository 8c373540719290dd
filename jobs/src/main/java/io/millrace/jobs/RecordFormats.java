package io.millrace.jobs;

import io.millrace.connectors.files.FieldKeys;
import io.millrace.connectors.formats.AvroRecord;
import io.millrace.connectors.formats.AvroRecordFormat;
import io.millrace.connectors.formats.AvroRecordJson;
import io.millrace.connectors.formats.AvroRecordWriter;
import io.millrace.connectors.formats.ExampleRecordFormat;
import io.millrace.connectors.formats.ExampleRecordJson;
import io.millrace.connectors.formats.Feature;
import io.millrace.connectors.formats.JsonRecordFormat;
import io.millrace.connectors.formats.RawRecordFormat;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.RecordFormatBuilder;
import io.millrace.connectors.formats.RecordJson;
import io.millrace.connectors.formats.RecordLimits;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.jobs.ScoreTopicOptions.UnknownFields;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.flink.configuration.ReadableConfig;

/** The record format that a configuration describes. */
final class RecordFormats {
  private RecordFormats() {}

  /**
   * Checks what {@link #writer} will have to do with, without I/O.
   *
   * @throws ConfigurationException for a field that makes no sense, which is named
   */
  static void check(ReadableConfig config, Format format) throws ConfigurationException {
    try {
      switch (format) {
        case RAW -> {}
        // Features are the same in all; where a schema comes from is for later.
        case JSON, TF_EXAMPLE, AVRO, AVRO_CONFLUENT ->
            withFields(config, JsonRecordFormat.builder());
      }
    } catch (IllegalArgumentException e) {
      throw unfit(e);
    }
  }

  /**
   * What writes records into the model's inputs.
   *
   * @throws ConfigurationException for a field that makes no sense, which is named
   */
  static FeatureWriter<KafkaRecord> writer(ReadableConfig config, Format format, AvroInput avro)
      throws ConfigurationException {
    try {
      return switch (format) {
        case RAW -> new RawRecordFormat(limits(config));
        case JSON -> withFields(config, JsonRecordFormat.builder());
        case TF_EXAMPLE -> withFields(config, ExampleRecordFormat.builder());
        case AVRO, AVRO_CONFLUENT -> withFields(config, AvroRecordFormat.builder(avro.coders()));
      };
    } catch (IllegalArgumentException e) {
      throw unfit(e);
    }
  }

  /**
   * What writes records that their files' readers have decoded.
   *
   * @throws ConfigurationException for a field that makes no sense, which is named
   */
  static FeatureWriter<AvroRecord> decoded(ReadableConfig config) throws ConfigurationException {
    try {
      String input = config.getOptional(ScoreTopicOptions.FEATURES_INPUT).orElse(null);
      return input == null
          ? AvroRecordWriter.ofInputs()
          : AvroRecordWriter.ofFeatures(
              input,
              config.get(ScoreTopicOptions.FEATURES_FIELDS).stream()
                  .map(RecordFormats::feature)
                  .toList());
    } catch (IllegalArgumentException e) {
      throw unfit(e);
    }
  }

  private static ConfigurationException unfit(IllegalArgumentException e) {
    return new ConfigurationException(
        ScoreTopicOptions.FEATURES_FIELDS.key() + ": " + e.getMessage(), e);
  }

  /** What is checked before a record's bytes are looked at. */
  static RecordLimits limits(ReadableConfig config) {
    return new RecordLimits(
        (int) config.get(ScoreTopicOptions.MAX_RECORD_SIZE).getBytes(),
        RecordLimits.DEFAULT.maxNestingDepth());
  }

  private static <F> F withFields(ReadableConfig config, RecordFormatBuilder<F> builder) {
    builder.limits(limits(config)).carriedFields(carried(config));
    config
        .getOptional(ScoreTopicOptions.UNKNOWN_FIELDS)
        .ifPresent(policy -> builder.ignoreUnknownFields(policy == UnknownFields.IGNORE));
    features(config, builder::features);
    return builder.build();
  }

  /** Fields that are of use whether or not the model takes them. */
  static List<String> carried(ReadableConfig config) {
    List<String> names = new ArrayList<>(config.get(ScoreTopicOptions.OUTPUT_FIELDS));
    names.addAll(keysAndTimes(config));
    return names;
  }

  private static List<String> keysAndTimes(ReadableConfig config) {
    List<String> names = new ArrayList<>();
    config.getOptional(ReplayOptions.KEY).map(FieldKeys::field).ifPresent(names::add);
    config.getOptional(ReplayOptions.TIMESTAMP_FIELD).ifPresent(names::add);
    return names;
  }

  /**
   * What makes JSON of these fields of a record.
   *
   * @param names none to make nothing of it
   */
  static RecordJson json(ReadableConfig config, Format format, AvroInput avro, List<String> names) {
    if (names.isEmpty()) {
      return RecordJson.AS_IT_IS;
    }
    return switch (format) {
      case JSON, RAW -> RecordJson.AS_IT_IS;
      case TF_EXAMPLE -> new ExampleRecordJson(names);
      case AVRO, AVRO_CONFLUENT -> new AvroRecordJson(avro.coders(), names, limits(config));
    };
  }

  /** Hands over the input that is a vector of features, and these, where there is one. */
  private static void features(ReadableConfig config, BiConsumer<String, List<Feature>> format) {
    config
        .getOptional(ScoreTopicOptions.FEATURES_INPUT)
        .ifPresent(
            input ->
                format.accept(
                    input,
                    config.get(ScoreTopicOptions.FEATURES_FIELDS).stream()
                        .map(RecordFormats::feature)
                        .toList()));
  }

  /**
   * What is wanted of records whose files say which fields they have: inputs, features, what keys
   * and times are made of, which each file must have, and what goes along to the output.
   *
   * @param inputs of one row
   */
  static RecordFields fields(ReadableConfig config, List<TensorSpec> inputs) {
    List<Feature> vector = new ArrayList<>();
    features(config, (input, features) -> vector.addAll(features));
    boolean rejectUnknown =
        config.getOptional(ScoreTopicOptions.UNKNOWN_FIELDS).orElse(UnknownFields.IGNORE)
            == UnknownFields.REJECT;
    return RecordFields.of(
            vector,
            config.getOptional(ScoreTopicOptions.FEATURES_INPUT).orElse(null),
            inputs,
            carried(config),
            rejectUnknown)
        .requiring(keysAndTimes(config));
  }

  /**
   * Holds the features against what the versions take. One that they fit will do: the others of a
   * timeline may be of a time that no record is of.
   *
   * @throws ConfigurationException with all that does not fit, for which every record would be
   *     rejected
   */
  static void requireFit(ReadableConfig config, Collection<Signature> signatures)
      throws ConfigurationException {
    Set<String> misfits = new LinkedHashSet<>();
    for (Signature signature : signatures) {
      List<TensorSpec> rows = RowSpecs.of(config, signature).inputs();
      List<String> found = new ArrayList<>();
      features(config, (input, features) -> found.addAll(misfits(rows, input, features)));
      if (found.isEmpty()) {
        return;
      }
      misfits.addAll(found);
    }
    if (!misfits.isEmpty()) {
      throw new ConfigurationException(String.join("; ", misfits));
    }
  }

  private static List<String> misfits(List<TensorSpec> rows, String input, List<Feature> features) {
    for (TensorSpec row : rows) {
      if (row.name().equals(input)) {
        return Feature.misfits(row, features).stream()
            .map(misfit -> ScoreTopicOptions.FEATURES_FIELDS.key() + ": " + misfit)
            .toList();
      }
    }
    return List.of(
        "%s is '%s', which is no input: expected one of %s"
            .formatted(
                ScoreTopicOptions.FEATURES_INPUT.key(),
                input,
                rows.stream().map(TensorSpec::name).toList()));
  }

  private static Feature feature(Map<String, String> field) {
    ElementType dtype = ElementType.of(field.getOrDefault("dtype", "float32"));
    String name = field.getOrDefault("name", "");
    String value = field.get("default");
    return value == null
        ? Feature.required(name, dtype)
        : new Feature(name, dtype, parsed(name, dtype, value));
  }

  private static Serializable parsed(String name, ElementType dtype, String value) {
    try {
      if (dtype == ElementType.STRING) {
        return value;
      }
      if (dtype == ElementType.BOOL && (value.equals("true") || value.equals("false"))) {
        return Boolean.valueOf(value);
      }
      return dtype.isFloating() ? (Serializable) Double.valueOf(value) : Long.valueOf(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "feature '" + name + "': the default '" + value + "' is not a " + dtype, e);
    }
  }
}
