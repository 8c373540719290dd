package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions;
import io.millrace.model.OpsPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlConfigurationTest {

  private static Configuration parse(String yaml, Map<String, String> overrides) throws Exception {
    return YamlConfiguration.parse(yaml, "job.yaml", overrides);
  }

  private static void assertRefused(String yaml, String... parts) {
    assertThatThrownBy(() -> parse(yaml, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void parse_theExampleOfTheFormats_readsEveryKey() throws Exception {
    Configuration read =
        parse(
            """
            kafka:
              bootstrap-servers: localhost:9092
              properties: {security.protocol: SASL_SSL, retries: 3}
            input:
              topic: transactions
              format: json
              start: earliest
              group-id: fraud-scoring
            output: {topic: scored, fields: [id, amount], guarantee: exactly-once, transaction-timeout: 15 min}
            dead-letters: {topic: rejected}
            control: {topic: models, status-topic: model-events}
            model:
              name: fraud
              base: hdfs:///models/fraud
              version-policy: latest
              signature-key: serving_default
              roots: ["hdfs:///models/"]
              sharing: task-manager
            features:
              input: x
              fields: [{name: amount, dtype: float32}, {name: age, dtype: float32, default: 0}]
            batching: {max-batch-size: 128, batch-timeout: 5 ms}
            engine: {intra-op-parallelism: 1, inter-op-parallelism: -1}
            checkpointing: {interval: 10 s, unaligned: false}
            """,
            Map.of());

    assertThat(read.get(ScoreTopicOptions.BOOTSTRAP_SERVERS)).isEqualTo("localhost:9092");
    assertThat(read.get(ScoreTopicOptions.KAFKA_PROPERTIES))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("security.protocol", "SASL_SSL", "retries", "3"));
    assertThat(read.get(ScoreTopicOptions.INPUT_FORMAT)).isEqualTo(ScoreTopicOptions.Format.JSON);
    assertThat(read.get(ScoreTopicOptions.OUTPUT_FIELDS)).containsExactly("id", "amount");
    assertThat(read.get(ScoreTopicOptions.TRANSACTION_TIMEOUT)).isEqualTo(Duration.ofMinutes(15));
    assertThat(read.get(InferenceOptions.ROOTS)).containsExactly("hdfs:///models/");
    assertThat(read.get(InferenceOptions.SHARING)).isEqualTo(InferenceOptions.Sharing.TASK_MANAGER);
    assertThat(read.get(ScoreTopicOptions.FEATURES_FIELDS))
        .isEqualTo(
            List.of(
                Map.of("name", "amount", "dtype", "float32"),
                Map.of("name", "age", "dtype", "float32", "default", "0")));
    assertThat(read.get(InferenceOptions.BATCH_TIMEOUT)).isEqualTo(Duration.ofMillis(5));
    assertThat(read.get(InferenceOptions.INTER_OP_PARALLELISM)).isEqualTo(-1);
  }

  @Test
  void parse_overrides_beatTheFile() throws Exception {
    Configuration read =
        parse(
            "batching: {max-batch-size: 128}\nkafka: {properties: {a: '1', b: '2'}}",
            Map.of(
                "batching.max-batch-size", "64",
                "kafka.properties.b", "3",
                "output.fields", "[id, amount]",
                "model.roots", "/models",
                "batching.allowed-batch-sizes", "[8, 64]",
                "records.max-size", "64 kb"));

    assertThat(read.get(InferenceOptions.MAX_BATCH_SIZE)).isEqualTo(64);
    assertThat(read.get(InferenceOptions.ALLOWED_BATCH_SIZES)).containsExactly(8, 64);
    assertThat(read.get(ScoreTopicOptions.KAFKA_PROPERTIES)).isEqualTo(Map.of("a", "1", "b", "3"));
    assertThat(read.get(ScoreTopicOptions.OUTPUT_FIELDS)).containsExactly("id", "amount");
    assertThat(read.get(InferenceOptions.ROOTS)).containsExactly("/models");
    assertThat(read.get(ScoreTopicOptions.MAX_RECORD_SIZE)).isEqualTo(MemorySize.parse("64 kb"));
  }

  @Test
  void parse_value_isWhatIsWritten() throws Exception {
    Configuration read =
        parse(
            """
            kafka: {properties: {ssl.key.password: 012345}}
            input: {topic: 0012, backfill: {offsets: {0: 0100}}}
            output: {fields: [NO, id, 1.10, 1_000]}
            model: {name: 1.10, version-policy: 010, probe: on, ops-policy: off, input-shapes: {x: [-1, 3]}}
            features: {fields: [{name: c, dtype: string, default: NO}, {name: n, default: 007}]}
            batching: {mode: off, max-batch-size: 010}
            checkpointing: {unaligned: True}
            """,
            Map.of());

    assertThat(read.get(ScoreTopicOptions.KAFKA_PROPERTIES))
        .isEqualTo(Map.of("ssl.key.password", "012345"));
    assertThat(read.get(ScoreTopicOptions.INPUT_TOPIC)).isEqualTo("0012");
    assertThat(read.get(BackfillOptions.OFFSETS)).isEqualTo(Map.of("0", "0100"));
    assertThat(read.get(ScoreTopicOptions.OUTPUT_FIELDS))
        .containsExactly("NO", "id", "1.10", "1_000");
    assertThat(read.get(InferenceOptions.NAME)).isEqualTo("1.10");
    assertThat(read.get(ScoreTopicOptions.VERSION_POLICY)).isEqualTo("010");
    assertThat(read.get(InferenceOptions.OPS_POLICY)).isEqualTo(OpsPolicy.OFF);
    assertThat(read.get(InferenceOptions.INPUT_SHAPES)).isEqualTo(Map.of("x", "[-1,3]"));
    assertThat(read.get(ScoreTopicOptions.FEATURES_FIELDS))
        .isEqualTo(
            List.of(
                Map.of("name", "c", "dtype", "string", "default", "NO"),
                Map.of("name", "n", "default", "007")));
    assertThat(read.get(InferenceOptions.MAX_BATCH_SIZE)).isEqualTo(10);
  }

  @Test
  void parse_sizeWithoutItsUnit_isRefused() {
    assertRefused("records: {max-size: 10}", "records.max-size: '10'", "with its unit");
  }

  @Test
  void parse_sectionWithoutContent_isEmpty() throws Exception {
    assertThat(parse("control:\nbatching: {}\n", Map.of()).keySet()).isEmpty();
  }

  @Test
  void parse_unknownKey_namesItAndTheNearest() {
    assertRefused(
        "batching: {max-batchsize: 3}",
        "unknown key batching.max-batchsize",
        "did you mean batching.max-batch-size?");
    assertRefused("output: {colour: red}", "unknown key output.colour", "output.topic");
    assertRefused("nothing: {of: this}", "unknown key nothing.of", "batching", "kafka");
    assertRefused("nothing: {}", "unknown key nothing");
    assertRefused("model: fraud", "unknown key model", "model.name");
    assertRefused("model: [fraud]", "unknown key model", "model.name");
  }

  @Test
  void parse_wrongValue_namesKeyValueAndWhatIsAllowed() {
    assertRefused(
        "batching: {max-batch-size: many}",
        "batching.max-batch-size",
        "'many'",
        "an integer from 1 to");
    assertRefused("batching: {max-batch-size: 0}", "batching.max-batch-size", "'0'");
    assertRefused(
        "batching: {allowed-batch-sizes: [8, many]}",
        "batching.allowed-batch-sizes",
        "a list of integers from 1 to");
    assertRefused("batching: {allowed-batch-sizes: 0}", "batching.allowed-batch-sizes", "'0'");
    assertRefused("batching: {batch-timeout: 5}", "batching.batch-timeout", "'5'", "5 ms");
    assertRefused("batching: {batch-timeout: 5 parsecs}", "'5 parsecs'", "a duration");
    assertRefused("model: {sharing: jvm}", "model.sharing", "'jvm'", "slot, task-manager");
    assertRefused(
        "model: {version-policy: newest}", "'newest'", "latest, all or a version's number");
    assertRefused("input: {topic: 'a topic'}", "input.topic", "'a topic'");
    assertRefused("kafka: {bootstrap-servers: localhost}", "'localhost'", "host:port");
    assertRefused("checkpointing: {unaligned: perhaps}", "'perhaps'", "true or false");
    assertRefused("records: {max-size: big}", "'big'", "1 mb");
    assertRefused("input: {topic: [a, b]}", "input.topic", "a topic's name");
    assertRefused("input: {topic: }", "input.topic", "a topic's name");
  }

  @Test
  void parse_wrongField_saysWhatAFieldIs() {
    assertRefused("features: {fields: [{nam: a}]}", "features.fields", "{name, dtype, default}");
    assertRefused("features: {fields: [{name: a, dtype: float}]}", "features.fields");
    assertRefused("features: {fields: {}}", "features.fields");
  }

  @Test
  void parse_notYaml_saysWhere() {
    assertRefused("a: [", "job.yaml", "line ");
    assertRefused("- a", "job.yaml", "sections");
    assertRefused("input: {topic: a}\ninput: {topic: b}", "job.yaml", "Duplicate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka: {properties: [hunter2]}",
        "kafka: {properties: 'sasl.jaas.config=x password=hunter2'}",
        "kafka: {properties: {sasl.jaas.config: }, bootstrap-servers: [hunter2]}",
        "kafka: [hunter2]",
        "kafka: hunter2",
        "features: {fields: hunter2}"
      })
  void parse_refusedMap_keepsItsValueSecret(String yaml) {
    assertThatThrownBy(() -> parse(yaml, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void parse_refusedMapOfTheCommandLine_keepsItsValueSecret() {
    assertThatThrownBy(() -> parse("", Map.of("kafka.properties", "password=hunter2")))
        .hasMessageContaining("kafka.properties is not allowed")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void read_fileThatIsNotThere_saysSo() {
    assertThatThrownBy(() -> YamlConfiguration.read(Path.of("nowhere.yaml"), Map.of()))
        .hasMessageContaining("nowhere.yaml")
        .hasMessageContaining("does not exist");
  }
}
