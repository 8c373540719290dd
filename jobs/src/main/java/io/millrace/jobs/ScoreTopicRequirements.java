package io.millrace.jobs;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.flink.ModelBase;
import io.millrace.flink.ModelLocation;
import io.millrace.flink.ModelUse;
import io.millrace.jobs.ScoreTopicOptions.Absent;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.jobs.ScoreTopicOptions.Guarantee;
import io.millrace.model.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/** What a {@code score-topic} configuration must say, and what does not go together; no I/O. */
final class ScoreTopicRequirements {
  private static final List<ConfigOption<String>> REQUIRED =
      List.of(
          ScoreTopicOptions.BOOTSTRAP_SERVERS,
          ScoreTopicOptions.INPUT_TOPIC,
          ScoreTopicOptions.OUTPUT_TOPIC,
          ScoreTopicOptions.DEAD_LETTER_TOPIC,
          InferenceOptions.NAME);

  /** What Flink needs to notice a failure and to start the job again. */
  private static final Duration RESTART = Duration.ofSeconds(30);

  private ScoreTopicRequirements() {}

  /**
   * Checks a configuration whose keys and values are each allowed.
   *
   * @throws ConfigurationException naming the key, what it is and what would be right
   */
  static void check(ReadableConfig config) throws ConfigurationException {
    for (ConfigOption<String> option : REQUIRED) {
      if (config.getOptional(option).isEmpty()) {
        throw new ConfigurationException(option.key() + " is missing: " + describe(option));
      }
    }
    checkModel(config);
    checkTopics(config);
    Format format = config.get(ScoreTopicOptions.INPUT_FORMAT);
    AvroInput.check(config, ScoreTopicOptions.INPUT_FORMAT, format);
    checkScoring(config, format);
    checkTransactions(config);
    checkClient(config);
    Backfill.check(config);
  }

  /** What any job has to say about how it scores, wherever its records come from. */
  static void checkScoring(ReadableConfig config, Format format) throws ConfigurationException {
    checkVersion(config);
    checkLocations(config);
    checkFetch(config);
    checkFeatures(config, format);
    RecordFormats.check(config, format);
    checkUse(config);
    checkBatchTimeout(config);
  }

  private static void checkClient(ReadableConfig config) throws ConfigurationException {
    try {
      ScoreTopicJob.client(config);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          ScoreTopicOptions.KAFKA_PROPERTIES.key() + ": " + e.getMessage(), e);
    }
  }

  private static String describe(ConfigOption<String> option) {
    Setting<?> setting = Settings.of(option.key());
    return setting == null ? "expected a value" : "expected " + setting.allowed();
  }

  private static void checkModel(ReadableConfig config) throws ConfigurationException {
    boolean base = config.getOptional(ScoreTopicOptions.MODEL_BASE).isPresent();
    boolean uri = config.getOptional(ScoreTopicOptions.MODEL_URI).isPresent();
    if (base && uri) {
      throw new ConfigurationException(
          "model.base and model.uri are both given: expected one of them");
    }
    boolean control = config.getOptional(ScoreTopicOptions.CONTROL_TOPIC).isPresent();
    if (!base && !uri && !control) {
      throw new ConfigurationException(
          "model.base is missing: "
              + describe(ScoreTopicOptions.MODEL_BASE)
              + ", or model.uri, or a control.topic that names the version");
    }
    if (config.get(ScoreTopicOptions.ABSENT) == Absent.REJECT && !control) {
      throw new ConfigurationException(
          ScoreTopicOptions.ABSENT.key()
              + " is reject without "
              + ScoreTopicOptions.CONTROL_TOPIC.key()
              + ": expected one, as no version could ever be published");
    }
    checkEventTime(config, control);
    boolean roots = !config.getOptional(InferenceOptions.ROOTS).orElse(List.of()).isEmpty();
    if (!roots && control && !base) {
      throw new ConfigurationException(
          "model.roots is missing: expected the locations below which published versions may lie");
    }
  }

  private static void checkEventTime(ReadableConfig config, boolean control)
      throws ConfigurationException {
    if (config.get(InferenceOptions.SWITCH_POLICY) != SwitchPolicy.EVENT_TIME) {
      return;
    }
    String policy = InferenceOptions.SWITCH_POLICY.key() + " is event-time";
    if (!control) {
      throw new ConfigurationException(
          policy
              + ": expected "
              + ScoreTopicOptions.CONTROL_TOPIC.key()
              + ", by which versions come");
    }
    for (ConfigOption<?> option :
        List.of(
            ScoreTopicOptions.MODEL_URI,
            ScoreTopicOptions.VERSION_POLICY,
            ScoreTopicOptions.MODEL_DIGEST)) {
      refuse(
          config,
          option,
          true,
          "and " + policy + ": the effective-from of what is published decides");
    }
  }

  // A key that says nothing about the version that is meant would be thought to say something.
  private static void checkVersion(ReadableConfig config) throws ConfigurationException {
    boolean base = config.getOptional(ScoreTopicOptions.MODEL_BASE).isPresent();
    boolean uri = config.getOptional(ScoreTopicOptions.MODEL_URI).isPresent();
    refuse(
        config,
        ScoreTopicOptions.VERSION_POLICY,
        !base,
        "without model.base, below which it chooses");
    refuse(
        config,
        ScoreTopicOptions.MODEL_VERSION,
        !uri,
        "without model.uri; below model.base, name the number as model.version-policy");
    refuse(
        config,
        ScoreTopicOptions.MODEL_DIGEST,
        !base && !uri,
        "without model.base or model.uri, whose files it is about");
    refuse(
        config,
        ScoreTopicOptions.MODEL_DIGEST,
        base && config.get(ScoreTopicOptions.VERSION_POLICY).equals("all"),
        "with model.version-policy all, of which each version has another: expected latest or a"
            + " number");
  }

  private static void refuse(
      ReadableConfig config, ConfigOption<?> option, boolean condition, String circumstances)
      throws ConfigurationException {
    if (condition && config.getOptional(option).isPresent()) {
      throw new ConfigurationException(option.key() + " is given " + circumstances);
    }
  }

  private static void checkFetch(ReadableConfig config) throws ConfigurationException {
    try {
      FileSystemModelStore.check(config);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkLocations(ReadableConfig config) throws ConfigurationException {
    String base = config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse(null);
    String uri = config.getOptional(ScoreTopicOptions.MODEL_URI).orElse(null);
    List<String> roots = new StartingVersions(config).roots();
    if (base != null) {
      // Below a base, any number is a version.
      checkLocation(ScoreTopicOptions.MODEL_BASE, base, 0L, roots);
    }
    if (uri != null) {
      Long version = config.getOptional(ScoreTopicOptions.MODEL_VERSION).orElse(null);
      checkLocation(ScoreTopicOptions.MODEL_URI, uri, version, roots);
    }
    try {
      FileSystemModelStore.of(roots);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkLocation(
      ConfigOption<String> option, String text, @Nullable Long version, List<String> roots)
      throws ConfigurationException {
    try {
      ModelBase.of(ModelBase.exact(ModelLocation.parse(text), version).uri(), roots);
    } catch (IllegalArgumentException | ModelException e) {
      throw new ConfigurationException(option.key() + ": " + e.getMessage(), e);
    }
  }

  private static void checkUse(ReadableConfig config) throws ConfigurationException {
    try {
      ModelUse.of(config);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()), e);
    }
  }

  // Flink's timers, and its buffers, know nothing finer than a millisecond.
  private static void checkBatchTimeout(ReadableConfig config) throws ConfigurationException {
    Duration timeout = config.get(InferenceOptions.BATCH_TIMEOUT);
    if (timeout.toMillis() < 1) {
      throw new ConfigurationException(
          InferenceOptions.BATCH_TIMEOUT.key()
              + " is "
              + TimeUtils.formatWithHighestUnit(timeout)
              + ": expected at least 1 ms");
    }
  }

  private static void checkTopics(ReadableConfig config) throws ConfigurationException {
    List<String> seen = new ArrayList<>();
    for (ConfigOption<String> option :
        List.of(
            ScoreTopicOptions.INPUT_TOPIC,
            ScoreTopicOptions.OUTPUT_TOPIC,
            ScoreTopicOptions.DEAD_LETTER_TOPIC,
            ScoreTopicOptions.CONTROL_TOPIC,
            ScoreTopicOptions.STATUS_TOPIC)) {
      Optional<String> topic = config.getOptional(option);
      if (topic.isPresent() && seen.contains(topic.get())) {
        throw new ConfigurationException(
            option.key()
                + " is '"
                + topic.get()
                + "', which is another topic of this job: expected one of its own");
      }
      topic.ifPresent(seen::add);
    }
  }

  private static void checkFeatures(ReadableConfig config, Format format)
      throws ConfigurationException {
    boolean input = config.getOptional(ScoreTopicOptions.FEATURES_INPUT).isPresent();
    boolean fields = config.getOptional(ScoreTopicOptions.FEATURES_FIELDS).isPresent();
    if (input != fields) {
      throw new ConfigurationException(
          (input ? "features.fields" : "features.input")
              + " is missing: expected both or neither of features.input and features.fields");
    }
    if (format == Format.RAW && input) {
      throw new ConfigurationException(
          "features.input is given with input.format raw, whose records have no fields: expected"
              + " json, tf-example, avro or avro-confluent");
    }
    if (format == Format.RAW && !config.get(ScoreTopicOptions.OUTPUT_FIELDS).isEmpty()) {
      throw new ConfigurationException(
          "output.fields is given with input.format raw, whose records have no fields: expected"
              + " json, tf-example, avro or avro-confluent");
    }
  }

  // An open transaction that the brokers abort before it is committed loses records. At the worst,
  // it began an interval before a checkpoint that takes its whole timeout, after which the job
  // fails
  // and only its successor commits.
  private static void checkTransactions(ReadableConfig config) throws ConfigurationException {
    if (config.get(ScoreTopicOptions.GUARANTEE) != Guarantee.EXACTLY_ONCE) {
      return;
    }
    Duration timeout = config.get(ScoreTopicOptions.TRANSACTION_TIMEOUT);
    Duration interval = config.get(ScoreTopicOptions.CHECKPOINT_INTERVAL);
    Duration checkpoint = config.get(ScoreTopicOptions.CHECKPOINT_TIMEOUT);
    Duration needed = interval.plus(checkpoint).plus(RESTART);
    if (timeout.compareTo(needed) < 0) {
      throw new ConfigurationException(
          "%s is %s: expected at least %s, which is %s (%s), %s (%s) and a restart (%s)"
              .formatted(
                  ScoreTopicOptions.TRANSACTION_TIMEOUT.key(),
                  TimeUtils.formatWithHighestUnit(timeout),
                  TimeUtils.formatWithHighestUnit(needed),
                  ScoreTopicOptions.CHECKPOINT_INTERVAL.key(),
                  TimeUtils.formatWithHighestUnit(interval),
                  ScoreTopicOptions.CHECKPOINT_TIMEOUT.key(),
                  TimeUtils.formatWithHighestUnit(checkpoint),
                  TimeUtils.formatWithHighestUnit(RESTART)));
    }
  }
}
