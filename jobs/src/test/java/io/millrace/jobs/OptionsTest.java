package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;

/** Scripts depend on keys and defaults: each is spelled out here once more. */
class OptionsTest {
  private static final String NONE = "";

  private static Map<String, String> keysAndDefaults() {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("job.name", "score-topic");
    expected.put("job.parallelism", NONE);
    expected.put("kafka.bootstrap-servers", NONE);
    expected.put("kafka.properties", "{}");
    expected.put("input.topic", NONE);
    expected.put("input.format", "json");
    expected.put("input.avro-schema", NONE);
    expected.put("input.schema-registry.url", NONE);
    expected.put("input.schema-registry.basic-auth.user-info", NONE);
    expected.put("input.schema-registry.bearer-auth.token", NONE);
    expected.put("input.start", "earliest");
    expected.put("input.idle-timeout", "1 min");
    expected.put("input.backfill.paths", NONE);
    expected.put("input.backfill.format", NONE);
    expected.put("input.backfill.offsets", NONE);
    expected.put("input.backfill.timestamp", NONE);
    expected.put("input.backfill.damaged-files", "fail");
    expected.put("input.group-id", NONE);
    expected.put("output.topic", NONE);
    expected.put("output.fields", "[]");
    expected.put("output.guarantee", "exactly-once");
    expected.put("output.transaction-timeout", "15 min");
    expected.put("output.latency-header", "false");
    expected.put("dead-letters.topic", NONE);
    expected.put("control.topic", NONE);
    expected.put("control.status-topic", NONE);
    expected.put("control.delivery", "broadcast");
    expected.put("model.name", NONE);
    expected.put("model.base", NONE);
    expected.put("model.version-policy", "latest");
    expected.put("model.uri", NONE);
    expected.put("model.version", NONE);
    expected.put("model.digest", NONE);
    expected.put("model.integrity", "if-present");
    expected.put("model.staging", "disk");
    expected.put("model.stable-for", "1 s");
    expected.put("model.local-directory", NONE);
    expected.put("model.cache-size", "4 gb");
    expected.put("model.max-num-load-retries", "5");
    expected.put("model.load-retry-interval", "1 s");
    expected.put("model.max-load-retry-interval", "30 s");
    expected.put("model.signature-key", NONE);
    expected.put("model.saved-model-tags", NONE);
    expected.put("model.roots", NONE);
    expected.put("model.ops-policy", "standard");
    expected.put("model.sharing", "slot");
    expected.put("model.overlap", "both");
    expected.put("model.switch-policy", "available");
    expected.put("model.max-loaded-versions", "2");
    expected.put("model.retention", "1 h");
    expected.put("model.absent", "fail");
    expected.put("model.warm-up-records", NONE);
    expected.put("model.probe", "off");
    expected.put("model.probe-timeout", "1 min");
    expected.put("model.input-shapes", NONE);
    expected.put("features.input", NONE);
    expected.put("features.fields", NONE);
    expected.put("batching.mode", "auto");
    expected.put("batching.max-batch-size", "128");
    expected.put("batching.allowed-batch-sizes", NONE);
    expected.put("batching.deterministic", "false");
    expected.put("batching.pad-variable-length-inputs", "false");
    expected.put("batching.pad-values", NONE);
    expected.put("batching.batch-timeout", "5 ms");
    expected.put("batching.run-in", "task");
    expected.put("batching.max-enqueued-batches", "2");
    expected.put("engine.intra-op-parallelism", "1");
    expected.put("engine.inter-op-parallelism", "-1");
    expected.put("records.max-size", "1 mb");
    expected.put("records.unknown-fields", NONE);
    expected.put("records.non-finite-input", "reject");
    expected.put("records.non-finite-output", "accept");
    expected.put("checkpointing.interval", "10 s");
    expected.put("checkpointing.timeout", "10 min");
    expected.put("checkpointing.unaligned", "false");
    expected.put("checkpointing.directory", NONE);
    return expected;
  }

  @Test
  void settings_keysAndDefaults_areTheseInThisOrder() {
    Map<String, String> actual = new LinkedHashMap<>();
    Settings.ALL.forEach(setting -> actual.put(setting.key(), setting.defaultText()));

    assertThat(actual).containsExactlyEntriesOf(keysAndDefaults());
  }

  @Test
  void settings_everyOptionOfOperatorAndJob_isAmongThem() throws IllegalAccessException {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Class<?> owner :
        List.of(InferenceOptions.class, ScoreTopicOptions.class, BackfillOptions.class)) {
      for (Field field : owner.getFields()) {
        if (ConfigOption.class.isAssignableFrom(field.getType())) {
          options.add((ConfigOption<?>) field.get(null));
        }
      }
    }

    assertThat(Settings.ALL.stream().<Object>map(Setting::option))
        .containsExactlyInAnyOrderElementsOf(options);
  }

  @Test
  void readme_optionsTable_isThatOfTheCode() throws IOException {
    assertThat(Files.readString(Path.of("../README.md"))).contains(OptionsTable.markdown());
  }

  @Test
  void readme_tableOfReplay_isThatOfTheCode() throws IOException {
    List<Setting<?>> own =
        ReplaySettings.ALL.stream()
            .filter(setting -> !Settings.ALL.contains(setting))
            .<Setting<?>>map(setting -> setting)
            .toList();

    assertThat(Files.readString(Path.of("../README.md"))).contains(OptionsTable.markdown(own));
  }

  @Test
  void settings_everyOptionOfReplay_isAmongThem() throws IllegalAccessException {
    for (Field field : ReplayOptions.class.getFields()) {
      if (ConfigOption.class.isAssignableFrom(field.getType())) {
        assertThat(ReplaySettings.ALL.stream().<Object>map(Setting::option))
            .contains(field.get(null));
      }
    }
  }
}
