package io.millrace.jobs;

import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.jobs.ReplayOptions.FileFormat;
import io.millrace.jobs.ScoreTopicOptions.Format;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.fs.Path;

/** What a {@code replay} configuration must say, and what does not go together; no I/O. */
final class ReplayRequirements {
  private static final List<ConfigOption<?>> REQUIRED =
      List.of(ReplayOptions.INPUT_PATHS, ReplayOptions.OUTPUT_PATH, InferenceOptions.NAME);

  private ReplayRequirements() {}

  /**
   * Checks a configuration whose keys and values are each allowed.
   *
   * @throws ConfigurationException naming the key, what it is and what would be right
   */
  static void check(Configuration config) throws ConfigurationException {
    for (ConfigOption<?> option : REQUIRED) {
      if (config.getOptional(option).isEmpty()) {
        Setting<?> setting = Settings.of(ReplaySettings.ALL, option.key());
        throw new ConfigurationException(
            option.key()
                + " is missing: expected "
                + (setting == null ? "a value" : setting.allowed()));
      }
    }
    checkPaths(config);
    checkModel(config);
    checkFields(config);
    AvroInput.check(config, ReplayOptions.VALUE_FORMAT, ReplayOptions.records(config));
    ScoreTopicRequirements.checkScoring(scoring(config), ReplayOptions.records(config));
  }

  /** The configuration of the operator, in which what is left open has the replay's defaults. */
  static Configuration scoring(Configuration config) {
    Configuration scoring = new Configuration(config);
    scoring.set(InferenceOptions.DETERMINISTIC, config.get(ReplayOptions.DETERMINISTIC));
    scoring.set(InferenceOptions.BATCH_TIMEOUT, config.get(ReplayOptions.BATCH_TIMEOUT));
    if (config.getOptional(ReplayOptions.TIMELINE).isPresent()) {
      scoring.set(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME);
      scoring.set(
          InferenceOptions.MAX_LOADED_VERSIONS, config.get(ReplayOptions.MAX_LOADED_VERSIONS));
    }
    return scoring;
  }

  /** The files and folders that are read. */
  static List<Path> inputs(ReadableConfig config) throws ConfigurationException {
    return RecordPaths.inputs(config, ReplayOptions.INPUT_PATHS);
  }

  /** The folder that is written. */
  static Path output(ReadableConfig config) throws ConfigurationException {
    return RecordPaths.of(
        ReplayOptions.OUTPUT_PATH, config.getOptional(ReplayOptions.OUTPUT_PATH).orElse(""));
  }

  private static void checkPaths(ReadableConfig config) throws ConfigurationException {
    Path output = output(config);
    for (Path input : inputs(config)) {
      if (RecordPaths.areNested(output, input)) {
        throw new ConfigurationException(
            "output.path %s and input.paths %s lie within each other: expected folders apart"
                .formatted(output, input));
      }
    }
  }

  private static void checkTimeline(ReadableConfig config, String timeline)
      throws ConfigurationException {
    boolean base = config.getOptional(ScoreTopicOptions.MODEL_BASE).isPresent();
    boolean roots = !config.getOptional(InferenceOptions.ROOTS).orElse(List.of()).isEmpty();
    String given = ReplayOptions.TIMELINE.key() + " is " + timeline;
    if (timeline.equals(ReplayedTimeline.BESIDE_THE_VERSIONS) && !base) {
      throw new ConfigurationException(
          given + " and model.base is missing: expected it, as timeline.json lies there");
    }
    if (!base && !roots) {
      throw new ConfigurationException(
          given
              + " and model.base is missing, and so is model.roots: expected one of them, below"
              + " which the versions lie");
    }
    ReplayTimes.require(config, ReplayOptions.TIMELINE);
    for (ConfigOption<?> option :
        List.of(
            ScoreTopicOptions.MODEL_URI,
            ScoreTopicOptions.VERSION_POLICY,
            ScoreTopicOptions.MODEL_VERSION,
            ScoreTopicOptions.MODEL_DIGEST)) {
      if (config.getOptional(option).isPresent()) {
        throw new ConfigurationException(
            option.key() + " is given and " + given + ": expected one of them");
      }
    }
  }

  private static void checkFields(ReadableConfig config) throws ConfigurationException {
    if (config.get(ReplayOptions.PARTITION_BY) == ReplayOptions.PartitionBy.DATE) {
      ReplayTimes.require(config, ReplayOptions.PARTITION_BY);
    }
    FileFormat format = config.get(ReplayOptions.INPUT_FORMAT);
    for (ConfigOption<?> option : List.of(ReplayOptions.KEY, ReplayOptions.TIMESTAMP_FIELD)) {
      if (ReplayOptions.records(config) == Format.RAW && config.getOptional(option).isPresent()) {
        throw new ConfigurationException(
            "%s is given with input.format %s: expected one whose records have fields, such as json"
                .formatted(option.key(), format == FileFormat.TOPIC ? "topic of raw" : "raw"));
      }
    }
    if (format != FileFormat.TOPIC && config.getOptional(ReplayOptions.VALUE_FORMAT).isPresent()) {
      throw new ConfigurationException(
          "%s is given with input.format %s: expected topic"
              .formatted(ReplayOptions.VALUE_FORMAT.key(), Setting.spell(format)));
    }
  }

  private static void checkModel(ReadableConfig config) throws ConfigurationException {
    String timeline = config.getOptional(ReplayOptions.TIMELINE).orElse(null);
    if (timeline != null) {
      checkTimeline(config, timeline);
      return;
    }
    boolean base = config.getOptional(ScoreTopicOptions.MODEL_BASE).isPresent();
    boolean uri = config.getOptional(ScoreTopicOptions.MODEL_URI).isPresent();
    if (base == uri) {
      throw new ConfigurationException(
          (base
                  ? "model.base and model.uri are both given"
                  : "model.base is missing, and so is model.uri")
              + ": expected one of them");
    }
    if (config.get(ScoreTopicOptions.VERSION_POLICY).equals("all")) {
      throw new ConfigurationException(
          ScoreTopicOptions.VERSION_POLICY.key()
              + " is all: expected latest or a number, the one version that scores");
    }
  }
}
