package io.millrace.jobs;

import io.millrace.connectors.files.DamagedFiles;
import io.millrace.flink.InferenceOptions;
import io.millrace.model.OpsPolicy;
import io.millrace.tensor.ElementType;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.jspecify.annotations.Nullable;

/** Every key that a {@code score-topic} configuration may have; any other is a mistake. */
final class Settings {
  private static final String TOPIC = "a topic's name: letters, digits, '.', '_', '-'";
  static final String LOCATION = "a path or URI that Flink reads";
  private static final int MOST_SUBTASKS = 1 << 15;
  private static final int MOST_ROWS = 1 << 20;

  static final List<Setting<?>> ALL =
      List.of(
          Setting.text(
              ScoreTopicOptions.JOB_NAME,
              "up to 100 letters, digits, '.', '_', '-'",
              name -> name.matches("[A-Za-z0-9._-]{1,100}")),
          Setting.integer(ScoreTopicOptions.PARALLELISM, 1, MOST_SUBTASKS),
          Setting.text(
              ScoreTopicOptions.BOOTSTRAP_SERVERS,
              "host:port, separated by commas",
              servers -> servers.matches("[^\\s,:]+:[0-9]{1,5}(\\s*,\\s*[^\\s,:]+:[0-9]{1,5})*")),
          Setting.textMap(ScoreTopicOptions.KAFKA_PROPERTIES, "a map of Kafka client properties"),
          topic(ScoreTopicOptions.INPUT_TOPIC),
          Setting.choice(ScoreTopicOptions.INPUT_FORMAT, ScoreTopicOptions.Format.class),
          Setting.text(ScoreTopicOptions.AVRO_SCHEMA, LOCATION),
          Setting.text(ScoreTopicOptions.REGISTRY_URL, "http://host:port or https://host:port"),
          Setting.secret(ScoreTopicOptions.REGISTRY_USER_INFO, "name:password"),
          Setting.secret(ScoreTopicOptions.REGISTRY_TOKEN, "a token"),
          Setting.choice(ScoreTopicOptions.INPUT_START, ScoreTopicOptions.Start.class),
          Setting.duration(ScoreTopicOptions.IDLE_TIMEOUT),
          Setting.texts(BackfillOptions.PATHS, "a list of paths or URIs"),
          Setting.choice(BackfillOptions.FORMAT, BackfillOptions.FileFormat.class),
          Setting.textMap(
              BackfillOptions.OFFSETS, "a map of partitions to offsets, such as 0: 1200"),
          Setting.text(
              BackfillOptions.TIMESTAMP, "a time such as 2026-01-31T00:00:00Z", Backfill::isTime),
          Setting.choice(BackfillOptions.DAMAGED_FILES, DamagedFiles.class),
          Setting.text(ScoreTopicOptions.GROUP_ID, "a consumer group's name"),
          topic(ScoreTopicOptions.OUTPUT_TOPIC),
          Setting.texts(ScoreTopicOptions.OUTPUT_FIELDS, "a list of field names"),
          Setting.choice(ScoreTopicOptions.GUARANTEE, ScoreTopicOptions.Guarantee.class),
          Setting.duration(ScoreTopicOptions.TRANSACTION_TIMEOUT),
          Setting.flag(ScoreTopicOptions.LATENCY_HEADER),
          topic(ScoreTopicOptions.DEAD_LETTER_TOPIC),
          topic(ScoreTopicOptions.CONTROL_TOPIC),
          topic(ScoreTopicOptions.STATUS_TOPIC),
          Setting.choice(InferenceOptions.COMMAND_DELIVERY, InferenceOptions.CommandDelivery.class),
          Setting.text(
              InferenceOptions.NAME,
              "1 to 200 letters, digits, '.', '_', '-'",
              name -> name.matches("[A-Za-z0-9._-]{1,200}")),
          Setting.text(ScoreTopicOptions.MODEL_BASE, LOCATION),
          Setting.text(
              ScoreTopicOptions.VERSION_POLICY,
              "latest, all or a version's number",
              policy -> policy.matches("latest|all|[0-9]{1,18}")),
          Setting.text(ScoreTopicOptions.MODEL_URI, LOCATION),
          Setting.version(ScoreTopicOptions.MODEL_VERSION),
          Setting.text(
              ScoreTopicOptions.MODEL_DIGEST,
              "sha256: and 64 hexadecimal digits",
              digest -> digest.matches("sha256:[0-9a-f]{64}")),
          Setting.choice(InferenceOptions.INTEGRITY, InferenceOptions.Integrity.class),
          Setting.choice(InferenceOptions.STAGING, InferenceOptions.Staging.class),
          Setting.duration(InferenceOptions.STABLE_FOR),
          Setting.text(
              InferenceOptions.LOCAL_DIRECTORY, "an absolute path", path -> path.startsWith("/")),
          Setting.diskSize(InferenceOptions.CACHE_SIZE),
          Setting.integer(InferenceOptions.MAX_NUM_LOAD_RETRIES, 0, 1000),
          Setting.duration(InferenceOptions.LOAD_RETRY_INTERVAL),
          Setting.duration(InferenceOptions.MAX_LOAD_RETRY_INTERVAL),
          Setting.text(InferenceOptions.SIGNATURE_KEY, "a signature of the model"),
          Setting.texts(InferenceOptions.TAGS, "a list of tags"),
          Setting.texts(InferenceOptions.ROOTS, "a list of paths or URIs"),
          Setting.choice(InferenceOptions.OPS_POLICY, OpsPolicy.class),
          Setting.choice(InferenceOptions.SHARING, InferenceOptions.Sharing.class),
          Setting.choice(InferenceOptions.OVERLAP, InferenceOptions.Overlap.class),
          Setting.choice(InferenceOptions.SWITCH_POLICY, InferenceOptions.SwitchPolicy.class),
          Setting.integer(InferenceOptions.MAX_LOADED_VERSIONS, 1, 1000),
          Setting.duration(InferenceOptions.RETENTION),
          Setting.choice(ScoreTopicOptions.ABSENT, ScoreTopicOptions.Absent.class),
          Setting.text(ScoreTopicOptions.WARM_UP_RECORDS, LOCATION),
          Setting.choice(InferenceOptions.PROBE, InferenceOptions.Probe.class),
          Setting.duration(InferenceOptions.PROBE_TIMEOUT),
          Setting.textMap(
              InferenceOptions.INPUT_SHAPES, "a map of input names to shapes, such as x: [-1, 3]"),
          Setting.text(ScoreTopicOptions.FEATURES_INPUT, "an input of the signature"),
          Setting.textMaps(
              ScoreTopicOptions.FEATURES_FIELDS,
              "a list of {name, dtype, default}, dtype and default optional",
              Settings::isField),
          Setting.choice(InferenceOptions.BATCHING, InferenceOptions.Batching.class),
          Setting.integer(InferenceOptions.MAX_BATCH_SIZE, 1, MOST_ROWS),
          Setting.integers(InferenceOptions.ALLOWED_BATCH_SIZES, 1, MOST_ROWS),
          Setting.flag(InferenceOptions.DETERMINISTIC),
          Setting.flag(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS),
          Setting.textMap(
              InferenceOptions.PAD_VALUES, "a map of input names to values, such as ids: 0"),
          Setting.duration(InferenceOptions.BATCH_TIMEOUT),
          Setting.choice(InferenceOptions.RUN_IN, InferenceOptions.RunIn.class),
          Setting.integer(InferenceOptions.MAX_ENQUEUED_BATCHES, 1, 1024),
          Setting.integer(InferenceOptions.INTRA_OP_PARALLELISM, 0, 1024),
          Setting.integer(InferenceOptions.INTER_OP_PARALLELISM, -1, 1024),
          Setting.size(ScoreTopicOptions.MAX_RECORD_SIZE),
          Setting.choice(ScoreTopicOptions.UNKNOWN_FIELDS, ScoreTopicOptions.UnknownFields.class),
          Setting.choice(InferenceOptions.NON_FINITE_INPUT, InferenceOptions.NonFinite.class),
          Setting.choice(InferenceOptions.NON_FINITE_OUTPUT, InferenceOptions.NonFinite.class),
          Setting.duration(ScoreTopicOptions.CHECKPOINT_INTERVAL),
          Setting.duration(ScoreTopicOptions.CHECKPOINT_TIMEOUT),
          Setting.flag(ScoreTopicOptions.UNALIGNED),
          Setting.text(ScoreTopicOptions.CHECKPOINT_DIRECTORY, LOCATION));

  private Settings() {}

  /** The setting of this very key, or null. */
  static @Nullable Setting<?> of(String key) {
    return of(ALL, key);
  }

  /** The one of these with this very key, or null. */
  static @Nullable Setting<?> of(List<Setting<?>> among, String key) {
    for (Setting<?> setting : among) {
      if (setting.key().equals(key)) {
        return setting;
      }
    }
    return null;
  }

  /** What to write instead of a key that nothing knows. */
  static String suggestion(List<Setting<?>> among, String key) {
    Optional<Setting<?>> nearest =
        among.stream()
            .filter(setting -> distance(setting.key(), key) <= Math.max(2, key.length() / 5))
            .min(Comparator.comparingInt(setting -> distance(setting.key(), key)));
    if (nearest.isPresent()) {
      return "did you mean " + nearest.get().key() + "?";
    }
    String section = key.contains(".") ? key.substring(0, key.indexOf('.') + 1) : key + ".";
    List<String> siblings =
        among.stream().map(Setting::key).filter(known -> known.startsWith(section)).toList();
    return siblings.isEmpty()
        ? "expected a section of "
            + among.stream().map(known -> known.key().replaceFirst("\\..*", "")).distinct().toList()
        : "expected one of " + siblings;
  }

  private static Setting<String> topic(ConfigOption<String> option) {
    return Setting.text(option, TOPIC, name -> name.matches("[A-Za-z0-9._-]{1,249}"));
  }

  private static boolean isField(Map<String, String> field) {
    String dtype = field.getOrDefault("dtype", "float32");
    return field.containsKey("name")
        && Set.of("name", "dtype", "default").containsAll(field.keySet())
        && ElementType.of(dtype) != null;
  }

  // Levenshtein's, one row at a time.
  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int cost = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        int next = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + cost);
        diagonal = row[j];
        row[j] = next;
      }
    }
    return row[right.length()];
  }
}
