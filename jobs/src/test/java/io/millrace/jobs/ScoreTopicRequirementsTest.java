package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScoreTopicRequirementsTest {
  private static final String COMPLETE =
      """
      kafka: {bootstrap-servers: "nowhere.invalid:9092"}
      input: {topic: in}
      output: {topic: out}
      dead-letters: {topic: dead}
      model: {name: fraud, base: /models/fraud}
      """;

  private static void check(Map<String, String> overrides) throws ConfigurationException {
    ScoreTopicRequirements.check(YamlConfiguration.parse(COMPLETE, "job.yaml", overrides));
  }

  private static void assertRefused(Map<String, String> overrides, String... parts) {
    assertThatThrownBy(() -> check(overrides))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void check_whatIsThereAndFits_isAllowed() {
    assertThatCode(() -> check(Map.of())).doesNotThrowAnyException();
    assertThatCode(() -> check(Map.of("model.roots", "/models", "model.input-shapes.x", "[-1, 3]")))
        .doesNotThrowAnyException();
  }

  @Test
  void check_eventTime_needsAControlTopicAndNoVersionOfItsOwn() {
    assertRefused(
        Map.of("model.switch-policy", "event-time"), "model.switch-policy", "control.topic");
    Map<String, String> policy =
        Map.of("model.switch-policy", "event-time", "control.topic", "models");
    assertThatCode(() -> check(policy)).doesNotThrowAnyException();
    Map<String, String> latest = new HashMap<>(policy);
    latest.put("model.version-policy", "latest");
    assertRefused(latest, "model.version-policy", "event-time", "effective-from");
  }

  @Test
  void check_featuresThatMakeNoSense_areRefused() {
    assertRefused(
        Map.of("features.input", "x", "features.fields", "[{name: a, default: many}]"),
        "features.fields",
        "'a'",
        "many");
    assertRefused(
        Map.of("features.input", "x", "features.fields", "[{name: a}, {name: a}]"),
        "features.fields",
        "'a' is listed twice");
  }

  @Test
  void check_batchSizesThatDoNotFit_areRefused() {
    assertRefused(
        Map.of("batching.allowed-batch-sizes", "[8, 32]"),
        "batching.allowed-batch-sizes is [8, 32]",
        "batching.max-batch-size, 128");
    assertRefused(
        Map.of("batching.deterministic", "true", "engine.intra-op-parallelism", "2"),
        "engine.intra-op-parallelism is 2");
    assertRefused(
        Map.of("batching.pad-variable-length-inputs", "true"), "batching.pad-values is missing");
  }

  @Test
  void check_fieldsOfAFormatThatHasNone_areRefused() {
    Map<String, String> features =
        Map.of("features.input", "x", "features.fields", "[{name: a}]", "input.format", "raw");
    assertRefused(features, "features.input", "raw", "tf-example");
    assertRefused(
        Map.of("output.fields", "[id]", "input.format", "raw"), "output.fields", "raw", "json");
  }

  @Test
  void check_featuresOfATfExample_areAllowedAndCheckedLikeThoseOfJson() {
    assertThatCode(
            () ->
                check(
                    Map.of(
                        "features.input", "x",
                        "features.fields", "[{name: a, default: 1}]",
                        "output.fields", "[id]",
                        "input.format", "tf-example",
                        "records.unknown-fields", "reject")))
        .doesNotThrowAnyException();
    assertRefused(
        Map.of(
            "features.input", "x",
            "features.fields", "[{name: a}, {name: a}]",
            "input.format", "tf-example"),
        "features.fields",
        "'a' is listed twice");
  }

  @Test
  void check_inputShapeThatIsNone_isRefused() {
    assertRefused(Map.of("model.input-shapes.x", "[3, many]"), "model.input-shapes.x", "[-1, 3]");
  }

  @Test
  void check_locationThatIsNone_isRefused() {
    assertRefused(Map.of("model.base", "s3://bucket/a b"), "model.base", "expected a path");
    assertRefused(Map.of("model.base", "s3://bucket/fraud?a=b"), "model.base", "a query");
    assertRefused(
        Map.of("model.roots", "/models", "model.base", "s3://bucket/fraud?a=b"),
        "model.base",
        "a query");
    assertRefused(Map.of("model.roots", "hdfs:models"), "model.roots", "an absolute path");
  }

  @Test
  void check_baseOutsideTheRoots_isRefused() {
    assertRefused(Map.of("model.roots", "/elsewhere"), "model.base", "/models/fraud", "/elsewhere");
  }

  @Test
  void check_uriWithoutVersion_isRefused() throws Exception {
    String exact = COMPLETE.replace("base: /models/fraud", "uri: /models/fraud/best");

    assertThatThrownBy(
            () ->
                ScoreTopicRequirements.check(YamlConfiguration.parse(exact, "job.yaml", Map.of())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("model.uri", "/models/fraud/best", "a version beside it");
    ScoreTopicRequirements.check(
        YamlConfiguration.parse(exact, "job.yaml", Map.of("model.version", "7")));
  }

  @Test
  void check_versionThatNothingRefersTo_isRefused() {
    String digest = "sha256:" + "0".repeat(64);
    assertRefused(Map.of("model.version", "7"), "model.version is given", "model.version-policy");
    assertRefused(
        Map.of("model.version-policy", "all", "model.digest", digest),
        "model.digest is given with model.version-policy all",
        "latest or a number");
    assertRefused(Map.of("model.version-policy", "newest"), "'newest'", "latest, all or a");
    assertThatCode(() -> check(Map.of("model.version-policy", "7", "model.digest", digest)))
        .doesNotThrowAnyException();
  }

  @Test
  void check_versionPolicyOfAnExactLocation_isRefused() {
    String exact = COMPLETE.replace("base: /models/fraud", "uri: /models/fraud/7");
    String none = COMPLETE.replace("base: /models/fraud", "roots: /models");

    assertRefusedIn(exact, Map.of("model.version-policy", "all"), "model.version-policy is given");
    assertRefusedIn(
        none + "control: {topic: models}\n",
        Map.of("model.digest", "sha256:" + "0".repeat(64)),
        "model.digest is given without model.base or model.uri");
  }

  private static void assertRefusedIn(String yaml, Map<String, String> overrides, String part) {
    assertThatThrownBy(
            () ->
                ScoreTopicRequirements.check(YamlConfiguration.parse(yaml, "job.yaml", overrides)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(part);
  }

  @Test
  void check_retriesWhoseLongestWaitIsBelowTheFirst_areRefused() {
    assertRefused(
        Map.of("model.load-retry-interval", "1 min"),
        "model.max-load-retry-interval is 30 s",
        "model.load-retry-interval, which is 1 min");
    assertRefused(Map.of("model.cache-size", "4096"), "model.cache-size", "512 mb, 10 gb");
    assertRefused(Map.of("model.max-num-load-retries", "-1"), "an integer from 0 to 1000");
  }

  @Test
  void check_batchTimeoutBelowAMillisecond_isRefused() {
    assertRefused(
        Map.of("batching.batch-timeout", "10 micros"), "batching.batch-timeout", "at least 1 ms");
  }

  @Test
  void check_transactionTimeout_leavesTimeForARestart() {
    assertRefused(
        Map.of(
            "output.transaction-timeout", "70 s",
            "checkpointing.interval", "9 s",
            "checkpointing.timeout", "1 min"),
        "output.transaction-timeout",
        "99 s",
        "checkpointing.interval (9 s)",
        "checkpointing.timeout (1 min)",
        "a restart (30 s)");
    assertThatCode(
            () ->
                check(
                    Map.of(
                        "output.transaction-timeout", "99 s",
                        "checkpointing.interval", "9 s",
                        "checkpointing.timeout", "1 min")))
        .doesNotThrowAnyException();
  }
}
