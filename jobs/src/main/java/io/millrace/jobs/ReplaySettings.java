package io.millrace.jobs;

import io.millrace.connectors.files.DamagedFiles;
import io.millrace.connectors.files.FieldKeys;
import io.millrace.flink.InferenceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;

/** Every key that a {@code replay} configuration may have; any other is a mistake. */
final class ReplaySettings {

  /** Sections that say how records are scored, whatever job they are of. */
  private static final Set<String> SHARED_SECTIONS =
      Set.of("model", "features", "batching", "engine", "records");

  /** Of those, what is about versions that come while a job runs, or has a default of its own. */
  private static final Set<ConfigOption<?>> NOT_SHARED =
      Set.of(
          ScoreTopicOptions.ABSENT,
          InferenceOptions.OVERLAP,
          InferenceOptions.SWITCH_POLICY,
          InferenceOptions.MAX_LOADED_VERSIONS,
          InferenceOptions.RETENTION,
          InferenceOptions.DETERMINISTIC,
          InferenceOptions.BATCH_TIMEOUT);

  static final List<Setting<?>> ALL = all();

  private ReplaySettings() {}

  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>();
    all.add(
        Setting.text(
            ReplayOptions.JOB_NAME,
            "up to 100 letters, digits, '.', '_', '-'",
            name -> name.matches("[A-Za-z0-9._-]{1,100}")));
    all.add(shared(ScoreTopicOptions.PARALLELISM));
    all.add(Setting.choice(ReplayOptions.MODE, ReplayOptions.Mode.class));
    all.add(Setting.texts(ReplayOptions.INPUT_PATHS, "a list of paths or URIs"));
    all.add(Setting.choice(ReplayOptions.INPUT_FORMAT, ReplayOptions.FileFormat.class));
    all.add(Setting.choice(ReplayOptions.VALUE_FORMAT, ScoreTopicOptions.Format.class));
    all.add(shared(ScoreTopicOptions.AVRO_SCHEMA));
    all.add(shared(ScoreTopicOptions.REGISTRY_URL));
    all.add(shared(ScoreTopicOptions.REGISTRY_USER_INFO));
    all.add(shared(ScoreTopicOptions.REGISTRY_TOKEN));
    all.add(Setting.text(ReplayOptions.TIMESTAMP_FIELD, "a field of the record"));
    all.add(
        Setting.text(ReplayOptions.KEY, "a text with one field in braces", FieldKeys::isTemplate));
    all.add(Setting.size(ReplayOptions.SPLIT_SIZE));
    all.add(Setting.choice(ReplayOptions.DAMAGED_FILES, DamagedFiles.class));
    all.add(Setting.text(ReplayOptions.OUTPUT_PATH, Settings.LOCATION));
    all.add(shared(ScoreTopicOptions.OUTPUT_FIELDS));
    all.add(Setting.choice(ReplayOptions.OUTPUT_FORMAT, ReplayOptions.OutputFormat.class));
    all.add(Setting.choice(ReplayOptions.PARTITION_BY, ReplayOptions.PartitionBy.class));
    all.add(Setting.flag(ReplayOptions.OVERWRITE));
    sharedSections().forEach(all::add);
    all.add(Setting.text(ReplayOptions.TIMELINE, "true, or a path or URI that Flink reads"));
    all.add(Setting.integer(ReplayOptions.MAX_LOADED_VERSIONS, 1, 1000));
    all.add(Setting.flag(ReplayOptions.DETERMINISTIC));
    all.add(Setting.duration(ReplayOptions.BATCH_TIMEOUT));
    return List.copyOf(all);
  }

  private static Setting<?> shared(ConfigOption<?> option) {
    return Settings.ALL.stream()
        .filter(setting -> setting.option().equals(option))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<Setting<?>> sharedSections() {
    return Settings.ALL.stream()
        .filter(setting -> SHARED_SECTIONS.contains(setting.key().replaceFirst("\\..*", "")))
        .filter(setting -> !NOT_SHARED.contains(setting.option()));
  }
}
