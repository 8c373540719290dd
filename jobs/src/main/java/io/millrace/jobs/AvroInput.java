package io.millrace.jobs;

import io.millrace.connectors.formats.AvroFields;
import io.millrace.connectors.formats.FixedSchema;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.UnfitSchemaException;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.registry.RegistryAccess;
import io.millrace.connectors.registry.RegistrySchemas;
import io.millrace.flink.LocatedFile;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.serving.Backoff;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.formats.avro.SchemaCoder.SchemaCoderProvider;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of a job's records: of a file that is read once, of a registry, or none where the
 * records are no Avro.
 */
final class AvroInput {
  private static final int MAX_SCHEMA_BYTES = 1 << 22;

  // Half a minute, in which the client gives up at the latest; then the job goes back to its
  // checkpoint.
  private static final Backoff BACKOFF =
      new Backoff(7, Duration.ofMillis(200), Duration.ofSeconds(10));

  private static final List<ConfigOption<String>> CREDENTIALS =
      List.of(ScoreTopicOptions.REGISTRY_USER_INFO, ScoreTopicOptions.REGISTRY_TOKEN);

  private final @Nullable Schema schema;
  private final @Nullable SchemaCoderProvider coders;

  /**
   * @param schema of the file, null where there is none
   * @param coders what reads with which schema a record was written, null where the records are no
   *     Avro
   */
  private AvroInput(@Nullable Schema schema, @Nullable SchemaCoderProvider coders) {
    this.schema = schema;
    this.coders = coders;
  }

  /**
   * Checks what can be known without I/O.
   *
   * @param option that says what the format is
   * @param format what it says
   * @throws ConfigurationException naming the key, what it is and what would be right
   */
  static void check(ReadableConfig config, ConfigOption<Format> option, Format format)
      throws ConfigurationException {
    require(config, ScoreTopicOptions.AVRO_SCHEMA, option, Format.AVRO, format);
    require(config, ScoreTopicOptions.REGISTRY_URL, option, Format.AVRO_CONFLUENT, format);
    for (ConfigOption<String> credential : CREDENTIALS) {
      if (config.getOptional(credential).isPresent()) {
        refuseWithout(credential, option, Format.AVRO_CONFLUENT, format);
      }
    }
    if (CREDENTIALS.stream().allMatch(it -> config.getOptional(it).isPresent())) {
      throw new ConfigurationException(
          "%s and %s are both given: expected one of them, or none"
              .formatted(CREDENTIALS.get(0).key(), CREDENTIALS.get(1).key()));
    }
    if (format == Format.AVRO_CONFLUENT) {
      registry(config);
    }
    if (format == Format.AVRO_CONFLUENT
        && config.getOptional(ScoreTopicOptions.WARM_UP_RECORDS).isPresent()) {
      throw new ConfigurationException(
          "%s is given with %s avro-confluent, which no file of records has: expected warm-up requests"
                  .formatted(ScoreTopicOptions.WARM_UP_RECORDS.key(), option.key())
              + " in the version's assets.extra");
    }
  }

  private static void require(
      ReadableConfig config,
      ConfigOption<String> wanted,
      ConfigOption<Format> option,
      Format where,
      Format format)
      throws ConfigurationException {
    boolean given = config.getOptional(wanted).isPresent();
    if (given) {
      refuseWithout(wanted, option, where, format);
    } else if (format == where) {
      Setting<?> setting = Settings.of(wanted.key());
      throw new ConfigurationException(
          "%s is missing with %s %s: expected %s"
              .formatted(
                  wanted.key(),
                  option.key(),
                  where.spelling(),
                  setting == null ? "a value" : setting.allowed()));
    }
  }

  private static void refuseWithout(
      ConfigOption<String> given, ConfigOption<Format> option, Format where, Format format)
      throws ConfigurationException {
    if (format != where) {
      throw new ConfigurationException(
          "%s is given without %s %s".formatted(given.key(), option.key(), where.spelling()));
    }
  }

  /**
   * Reads the schema, which has the fields that are named, of their types, or asks the registry,
   * which answers.
   *
   * @throws ConfigurationException if the file cannot be read, or holds no schema of records, or
   *     not what is wanted of them, with all that does not fit
   * @throws IOException in one line, if the registry does not answer
   */
  static AvroInput open(ReadableConfig config, Format format)
      throws ConfigurationException, IOException {
    return switch (format) {
      case JSON, RAW, TF_EXAMPLE -> new AvroInput(null, null);
      case AVRO -> {
        Schema schema = schema(config);
        requireFit(schema, named(config));
        yield new AvroInput(schema, FixedSchema.of(schema));
      }
      case AVRO_CONFLUENT -> {
        RegistrySchemas registry = registry(config);
        registry.requireAnswer();
        yield new AvroInput(null, registry);
      }
    };
  }

  /** What the configuration names: inputs are not known before there is a model. */
  private static RecordFields named(ReadableConfig config) {
    RecordFields fields = RecordFormats.fields(config, List.of());
    // So that no field can be said to go nowhere.
    return new RecordFields(fields.requiring(fields.carried()).wanted(), false);
  }

  /** What reads with which schema a record was written; of records in Avro. */
  SchemaCoderProvider coders() {
    return Objects.requireNonNull(coders, "no records in Avro");
  }

  /**
   * The schema of a file, if there is one, has what is wanted of its records.
   *
   * @throws ConfigurationException with all that does not fit
   */
  void requireFit(RecordFields wanted) throws ConfigurationException {
    if (schema != null) {
      requireFit(schema, wanted);
    }
  }

  private static void requireFit(Schema schema, RecordFields wanted) throws ConfigurationException {
    try {
      AvroFields.of(schema, wanted);
    } catch (UnfitSchemaException e) {
      throw new ConfigurationException(
          ScoreTopicOptions.AVRO_SCHEMA.key() + ": " + e.getMessage(), e);
    }
  }

  /**
   * The records in a file, as the topic would have them.
   *
   * @throws ConfigurationException if it cannot be read, is no such file, or holds no record
   */
  List<KafkaRecord> records(String file, Format format) throws ConfigurationException {
    return schema == null ? RecordFile.read(file, format) : RecordFile.avro(file, schema);
  }

  private static Schema schema(ReadableConfig config) throws ConfigurationException {
    String key = ScoreTopicOptions.AVRO_SCHEMA.key();
    String location = config.getOptional(ScoreTopicOptions.AVRO_SCHEMA).orElse("");
    Schema read;
    try {
      byte[] bytes = LocatedFile.read(location, MAX_SCHEMA_BYTES);
      read =
          new Schema.Parser()
              .setValidateDefaults(false)
              .parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (SchemaParseException e) {
      throw new ConfigurationException(
          key + ": " + location + " is no Avro schema: " + oneLine(e), e);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException(key + ": " + oneLine(e), e);
    }
    if (read.getType() != Schema.Type.RECORD) {
      throw new ConfigurationException(
          "%s: %s is a schema of type %s: expected record"
              .formatted(key, location, read.getType().getName()));
    }
    return read;
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }

  private static RegistrySchemas registry(ReadableConfig config) throws ConfigurationException {
    ConfigOption<String> part = ScoreTopicOptions.REGISTRY_URL;
    try {
      RegistryAccess access = RegistryAccess.to(config.getOptional(part).orElse(""));
      String userInfo = value(config, ScoreTopicOptions.REGISTRY_USER_INFO);
      if (userInfo != null) {
        part = ScoreTopicOptions.REGISTRY_USER_INFO;
        access = access.withUserInfo(userInfo);
      }
      String token = value(config, ScoreTopicOptions.REGISTRY_TOKEN);
      if (token != null) {
        part = ScoreTopicOptions.REGISTRY_TOKEN;
        access = access.withToken(token);
      }
      return new RegistrySchemas(access, AvroInput::delay);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(part.key() + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable String value(ReadableConfig config, ConfigOption<String> option) {
    return config.getOptional(option).orElse(null);
  }

  private static @Nullable Duration delay(int retry) {
    return retry > BACKOFF.retries() ? null : BACKOFF.delay(retry, ThreadLocalRandom.current());
  }
}
