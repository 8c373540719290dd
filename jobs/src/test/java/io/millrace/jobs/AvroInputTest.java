package io.millrace.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvroInputTest {
  private static final String SCHEMA =
      """
      {"type": "record", "name": "r", "fields": [
        {"name": "amount", "type": "float"},
        {"name": "card", "type": {"type": "record", "name": "c", "fields": [
          {"name": "age", "type": "int"}]}}]}
      """;

  @TempDir private Path folder;

  private static Configuration config(String... keysAndValues) throws ConfigurationException {
    String yaml =
        """
        kafka: {bootstrap-servers: "nowhere.invalid:9092"}
        input: {topic: in}
        output: {topic: out}
        dead-letters: {topic: dead}
        model: {name: fraud, base: /models/fraud}
        """;
    Map<String, String> overrides = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      overrides.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return YamlConfiguration.parse(yaml, "job.yaml", overrides);
  }

  private static void assertRefused(String message, String... keysAndValues) {
    assertThatThrownBy(() -> ScoreTopicRequirements.check(config(keysAndValues)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void check_completeConfigurations_areAllowed() {
    assertThatCode(
            () -> {
              ScoreTopicRequirements.check(
                  config(
                      "input.format", "avro", "input.avro-schema", "r.avsc", "output.fields", "a"));
              ScoreTopicRequirements.check(
                  config(
                      "input.format",
                      "avro-confluent",
                      "input.schema-registry.url",
                      "https://registry:8081/api",
                      "input.schema-registry.basic-auth.user-info",
                      "alice:secret"));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void check_keysOfOtherFormats_areRefused() {
    assertRefused(
        "input.avro-schema is missing with input.format avro: expected a path or URI that Flink"
            + " reads",
        "input.format",
        "avro");
    assertRefused(
        "input.schema-registry.url is missing with input.format avro-confluent: expected"
            + " http://host:port or https://host:port",
        "input.format",
        "avro-confluent");
    assertRefused(
        "input.avro-schema is given without input.format avro", "input.avro-schema", "r.avsc");
    assertRefused(
        "input.schema-registry.bearer-auth.token is given without input.format avro-confluent",
        "input.schema-registry.bearer-auth.token",
        "secret");
    String[] registry = {
      "input.format", "avro-confluent", "input.schema-registry.url", "http://registry"
    };
    assertRefused(
        "input.schema-registry.basic-auth.user-info and input.schema-registry.bearer-auth.token are"
            + " both given: expected one of them, or none",
        with(
            registry,
            "input.schema-registry.basic-auth.user-info",
            "a:b",
            "input.schema-registry.bearer-auth.token",
            "c"));
    assertRefused(
        "input.schema-registry.basic-auth.user-info: expected name:password",
        with(registry, "input.schema-registry.basic-auth.user-info", "secret"));
    assertRefused(
        "model.warm-up-records is given with input.format avro-confluent, which no file of records"
            + " has: expected warm-up requests in the version's assets.extra",
        with(registry, "model.warm-up-records", "r.avro"));
    assertRefused(
        "input.backfill.format is json and input.format is avro-confluent: expected topic, which"
            + " millrace record keeps",
        with(
            registry,
            "input.backfill.paths",
            "/history",
            "input.backfill.format",
            "json",
            "input.backfill.offsets",
            "{0: 1}"));
  }

  private static String[] with(String[] some, String... more) {
    String[] all = java.util.Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  private Configuration avro(String schema, String... more) throws Exception {
    Path file = Files.writeString(folder.resolve("r.avsc"), schema);
    return config(with(more, "input.format", "avro", "input.avro-schema", file.toString()));
  }

  @Test
  void open_schemaWithTheFields_isAllowed() {
    assertThatCode(
            () ->
                AvroInput.open(
                    avro(
                        SCHEMA,
                        "output.fields",
                        "[amount]",
                        "features.input",
                        "x",
                        "features.fields",
                        "[{name: card.age}, {name: z, default: 1}]"),
                    Format.AVRO))
        .doesNotThrowAnyException();
  }

  @Test
  void open_schemaThatIsNone_isNamed() {
    String file = folder.resolve("r.avsc").toString();
    assertNotReady("{\"type\": \"what\"}", "input.avro-schema: " + file + " is no Avro schema: ");
    assertNotReady("no JSON", "input.avro-schema: " + file + " is no Avro schema: ");
    assertNotReady(
        "\"string\"",
        "input.avro-schema: " + file + " is a schema of type string: expected record");
    assertThatThrownBy(
            () -> AvroInput.open(config("input.avro-schema", folder + "/absent.avsc"), Format.AVRO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("input.avro-schema", "absent.avsc does not exist");
  }

  private void assertNotReady(String schema, String message) {
    assertThatThrownBy(() -> AvroInput.open(avro(schema), Format.AVRO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void open_fieldsThatTheSchemaHasNotOrHasOtherwise_areAllNamed() {
    assertThatThrownBy(
            () ->
                AvroInput.open(
                    avro(
                        SCHEMA,
                        "output.fields",
                        "[id]",
                        "features.input",
                        "x",
                        "features.fields",
                        "[{name: amount, dtype: bool}, {name: card.limit}]"),
                    Format.AVRO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "input.avro-schema: field 'amount': expected bool, the schema has float; field"
                + " 'card.limit' is absent: the schema has [amount, card]; field 'id' is absent");
  }

  @Test
  void open_featuresOfOtherTypes_areAllNamed() {
    assertThatThrownBy(
            () ->
                AvroInput.open(
                    avro(
                        SCHEMA,
                        "features.input",
                        "x",
                        "features.fields",
                        "[{name: amount, dtype: int64}, {name: card, dtype: bool},"
                            + " {name: card.age, dtype: int64}]"),
                    Format.AVRO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "input.avro-schema: field 'amount': expected int64, the schema has float; field 'card':"
                + " expected bool, the schema has record of 1 fields");
  }

  @Test
  void open_keyAndTimeThatTheSchemaLacks_areRefused() throws Exception {
    Configuration config = avro(SCHEMA);
    config.set(ReplayOptions.KEY, "tx-{di}");
    config.set(ReplayOptions.TIMESTAMP_FIELD, "tmie");

    assertThatThrownBy(() -> AvroInput.open(config, Format.AVRO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("input.avro-schema", "'di' is absent", "'tmie' is absent");
  }

  @Test
  void replay_recordingsOfASchemaThatDoesNotFit_areRefusedWithAllThatIsWrong() throws Exception {
    Configuration config = avro(SCHEMA);
    config.set(ReplayOptions.INPUT_FORMAT, ReplayOptions.FileFormat.TOPIC);
    config.set(ReplayOptions.VALUE_FORMAT, Format.AVRO);
    AvroInput avro = AvroInput.open(config, Format.AVRO);
    Files.delete(folder.resolve("r.avsc"));
    Signature signature =
        new Signature(
            "serving_default",
            List.of(
                new TensorSpec("amount", ElementType.INT32, Shape.of(-1)),
                new TensorSpec("sum", ElementType.FLOAT32, Shape.of(-1))),
            List.of());
    ReplayedVersions versions = new ReplayedVersions(List.of(), null, Set.of(signature));

    assertThatThrownBy(() -> HistorySource.of(config, List.of(), versions, avro))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "input.avro-schema: field 'amount': expected int32[-1], the schema has float; field"
                + " 'sum' is absent: the schema has [amount, card]");
  }

  @Test
  void open_registryThatDoesNotAnswer_isOneLine() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    Configuration config =
        config(
            "input.format",
            "avro-confluent",
            "input.schema-registry.url",
            "http://127.0.0.1:" + closed);

    assertThatThrownBy(() -> AvroInput.open(config, Format.AVRO_CONFLUENT))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "the schema registry http://127.0.0.1:" + closed + " does not answer GET /subjects: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void warmUpRecords_ofAContainer_areDatumsOfTheTopicsSchema() throws Exception {
    Schema written =
        new Schema.Parser()
            .parse(
                "{\"type\": \"record\", \"name\": \"r\", \"fields\": ["
                    + "{\"name\": \"more\", \"type\": \"string\"},"
                    + "{\"name\": \"n\", \"type\": \"int\"}]}");
    Schema topic =
        new Schema.Parser()
            .parse(
                "{\"type\": \"record\", \"name\": \"r\", \"fields\": ["
                    + "{\"name\": \"n\", \"type\": \"long\"}]}");
    Path file = folder.resolve("warm-up.avro");
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(written))) {
      writer.create(written, file.toFile());
      for (int n = 0; n < 2; n++) {
        writer.append(new GenericRecordBuilder(written).set("more", "").set("n", n).build());
      }
    }

    List<KafkaRecord> records = RecordFile.avro(file.toString(), topic);

    assertThat(records.stream().map(KafkaRecord::value))
        .containsExactly(new byte[] {0}, new byte[] {2});
    Files.write(file, "no container".getBytes(UTF_8));
    assertThatThrownBy(() -> RecordFile.avro(file.toString(), topic))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("model.warm-up-records");
  }
}
