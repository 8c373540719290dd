package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class ReplayRequirementsTest {
  private static final String COMPLETE =
      """
      input: {paths: ["hdfs:///history", "s3://more/history/"]}
      output: {path: "hdfs:///scored", fields: [id]}
      model: {name: fraud, base: /models/fraud}
      """;

  private static Configuration check(Map<String, String> overrides) throws ConfigurationException {
    Configuration config =
        YamlConfiguration.parse(COMPLETE, "replay.yaml", overrides, ReplaySettings.ALL);
    ReplayRequirements.check(config);
    return config;
  }

  private static void assertRefused(Map<String, String> overrides, String... parts) {
    assertThatThrownBy(() -> check(overrides))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void check_whatIsThereAndFits_isAllowed() {
    assertThatCode(() -> check(Map.of())).doesNotThrowAnyException();
    assertThatCode(() -> check(Map.of("input.paths", "/one/path", "replay.mode", "streaming")))
        .doesNotThrowAnyException();
  }

  @Test
  void check_keysOfTheLiveJob_areUnknown() {
    assertRefused(Map.of("input.topic", "in"), "unknown key input.topic");
    assertRefused(Map.of("kafka.bootstrap-servers", "a:1"), "unknown key kafka");
    assertRefused(Map.of("model.absent", "wait"), "unknown key model.absent");
    assertRefused(Map.of("input.fromat", "json"), "did you mean input.format?");
  }

  @Test
  void check_whatIsMissing_isNamed() {
    for (String key : List.of("input", "output", "model")) {
      String yaml = COMPLETE.replaceFirst("(?m)^" + key + ":.*\n", "");
      assertThatThrownBy(
              () ->
                  ReplayRequirements.check(
                      YamlConfiguration.parse(yaml, "replay.yaml", Map.of(), ReplaySettings.ALL)))
          .hasMessageContainingAll(key + ".", "is missing: expected");
    }
    assertRefused(Map.of("model.uri", "/models/fraud/7"), "model.base and model.uri");
  }

  @Test
  void check_pathsThatLieWithinEachOther_areRefused() {
    assertRefused(Map.of("output.path", "hdfs:///history/scored/"), "output.path", "within");
    assertRefused(Map.of("output.path", "hdfs:/"), "output.path", "within");
    assertRefused(Map.of("input.paths", "[/a/b, /a/b/c]"), "/a/b/c", "each file once");
    assertRefused(Map.of("output.path", "hdfs://name:8020/history/scored"), "lie within");
    assertRefused(Map.of("input.paths", "[/a/b, 'file:///a/b/c']"), "/a/b/c", "each file once");
    for (String apart : List.of("[/a/b, /a/bc]", "[s3://a/b, s3://b/b]", "[/a/b, hdfs:///a/b]")) {
      assertThatCode(() -> check(Map.of("input.paths", apart))).doesNotThrowAnyException();
    }
  }

  @Test
  void check_credentialsInAPath_areRefusedAndNotShown() {
    assertThatThrownBy(() -> check(Map.of("output.path", "s3://user:secret@bucket/out")))
        .hasMessageContaining("output.path")
        .hasMessageNotContaining("secret");
  }

  @Test
  void check_outputFormat_isOneOfThese() {
    assertRefused(Map.of("output.format", "orc"), "output.format", "'orc'", "json, avro, parquet");
  }

  @Test
  void check_everyVersionAtOnce_isRefused() {
    assertRefused(Map.of("model.version-policy", "all"), "model.version-policy", "latest");
  }

  @Test
  void check_keyOfRecordsWithoutFields_isRefused() {
    Map<String, String> raw =
        Map.of("input.format", "raw", "input.key", "tx-{id}", "output.fields", "[]");

    assertRefused(raw, "input.key", "input.format raw", "such as json");
    Map<String, String> recorded =
        Map.of(
            "input.format", "topic",
            "input.value-format", "raw",
            "input.key", "tx-{id}",
            "output.fields", "[]");
    assertRefused(recorded, "input.key", "input.format topic of raw", "such as json");
    assertRefused(Map.of("output.partition-by", "date"), "input.timestamp-field is missing");
    assertThatCode(() -> check(Map.of("output.partition-by", "date", "input.format", "topic")))
        .doesNotThrowAnyException();
    assertRefused(Map.of("input.value-format", "raw"), "input.value-format", "expected topic");
    assertRefused(Map.of("input.key", "id"), "input.key", "one field in braces");
    for (String format : List.of("csv", "tfrecord")) {
      assertThatCode(() -> check(Map.of("input.format", format, "input.key", "tx-{id}")))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void scoring_whatIsLeftOpen_waitsForFullBatches() throws ConfigurationException {
    assertThat(ReplayRequirements.scoring(check(Map.of())).get(InferenceOptions.BATCH_TIMEOUT))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(
            ReplayRequirements.scoring(check(Map.of("batching.batch-timeout", "7 ms")))
                .get(InferenceOptions.BATCH_TIMEOUT))
        .isEqualTo(Duration.ofMillis(7));
  }

  @Test
  void scoring_whatIsLeftOpen_isDeterministic() throws ConfigurationException {
    assertThat(ReplayRequirements.scoring(check(Map.of())).get(InferenceOptions.DETERMINISTIC))
        .isTrue();
    assertThat(
            ReplayRequirements.scoring(check(Map.of("batching.deterministic", "false")))
                .get(InferenceOptions.DETERMINISTIC))
        .isFalse();
    assertRefused(Map.of("engine.intra-op-parallelism", "2"), "engine.intra-op-parallelism is 2");
  }

  @Test
  void check_timeline_needsTheTimeOfARecordAndTheVersionsFolderAndNoVersion() throws Exception {
    Map<String, String> timeline =
        Map.of("model.timeline", "true", "input.timestamp-field", "time");
    Configuration config = check(timeline);
    assertThat(ReplayRequirements.scoring(config).get(InferenceOptions.SWITCH_POLICY))
        .isEqualTo(SwitchPolicy.EVENT_TIME);
    assertRefused(Map.of("model.timeline", "true"), "model.timeline", "input.timestamp-field");
    Map<String, String> latest = new LinkedHashMap<>(timeline);
    latest.put("model.version-policy", "latest");
    assertRefused(latest, "model.version-policy", "model.timeline is true");
    assertRefused(Map.of("model.switch-policy", "event-time"), "unknown key model.switch-policy");
  }

  @Test
  void unused_whatOnlyATimelineAsksFor_isNamedWithoutOne() throws ConfigurationException {
    Map<String, String> given = new LinkedHashMap<>();
    given.put("input.timestamp-field", "time");
    given.put("model.max-loaded-versions", "3");
    assertThat(ReplayTimes.unused(check(given)))
        .containsExactly(
            "input.timestamp-field chooses no version without model.timeline, and no folder without output.partition-by date",
            "model.max-loaded-versions says nothing without model.timeline");
    given.put("output.partition-by", "date");
    assertThat(ReplayTimes.unused(check(given)))
        .singleElement()
        .asString()
        .contains("max-loaded-versions");
    given.put("model.timeline", "true");
    assertThat(ReplayTimes.unused(check(given))).isEmpty();
    assertThat(ReplayTimes.unused(check(Map.of()))).isEmpty();
  }

  @Test
  void whatIf_ofATimelineElsewhereWithoutABase_saysWhatIsMissing() throws ConfigurationException {
    String roots =
        COMPLETE.replace("base: /models/fraud", "roots: [/models], timeline: /audits/fraud");
    Configuration config =
        YamlConfiguration.parse(roots, "replay.yaml", Map.of(), ReplaySettings.ALL);
    assertThatThrownBy(() -> ReplayWhatIf.of(config, 8))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageEndingWith(
            "expected model.base, below which it lies even where a timeline names the others");
  }

  @Test
  void check_schemasOfATopicsValues_goWithTheirFormatAlone() throws ConfigurationException {
    check(
        Map.of(
            "input.format", "topic",
            "input.value-format", "avro-confluent",
            "input.schema-registry.url", "http://registry:8081"));
    assertRefused(
        Map.of("input.format", "avro", "input.avro-schema", "r.avsc"),
        "input.avro-schema is given without input.value-format avro");
    assertRefused(
        Map.of("input.format", "topic", "input.value-format", "avro"),
        "input.avro-schema is missing with input.value-format avro");
  }

  @Test
  void scoring_features_areAsConfigured() throws ConfigurationException {
    Configuration config =
        check(
            Map.of("features.input", "x", "features.fields", "[{name: a, default: 0}, {name: b}]"));

    assertThat(ReplayRequirements.scoring(config).get(ScoreTopicOptions.FEATURES_FIELDS))
        .containsExactly(Map.of("name", "a", "default", "0"), Map.of("name", "b"));
  }

  @Test
  void settings_ownKeysAndDefaults_areTheseInThisOrder() {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("job.name", "replay");
    expected.put("job.parallelism", "");
    expected.put("replay.mode", "batch");
    expected.put("input.paths", "");
    expected.put("input.format", "json");
    expected.put("input.value-format", "json");
    expected.put("input.avro-schema", "");
    expected.put("input.schema-registry.url", "");
    expected.put("input.schema-registry.basic-auth.user-info", "");
    expected.put("input.schema-registry.bearer-auth.token", "");
    expected.put("input.timestamp-field", "");
    expected.put("input.key", "");
    expected.put("input.split-size", "128 mb");
    expected.put("input.damaged-files", "fail");
    expected.put("output.path", "");
    expected.put("output.fields", "[]");
    expected.put("output.format", "json");
    expected.put("output.partition-by", "none");
    expected.put("output.overwrite", "false");
    Map<String, String> actual = new LinkedHashMap<>();
    ReplaySettings.ALL.stream()
        .limit(expected.size())
        .forEach(setting -> actual.put(setting.key(), setting.defaultText()));

    assertThat(actual).containsExactlyEntriesOf(expected);
    assertThat(ReplaySettings.ALL)
        .last()
        .satisfies(
            last -> {
              assertThat(last.key()).isEqualTo("batching.batch-timeout");
              assertThat(last.defaultText()).isEqualTo("1 s");
            });
  }
}
