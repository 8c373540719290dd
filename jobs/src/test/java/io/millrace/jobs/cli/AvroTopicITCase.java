package io.millrace.jobs.cli;

import static io.millrace.testing.check.Observation.header;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SchemaRegistry;
import io.millrace.testing.processes.SharedBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code score-topic} over Avro, with schemas from a file and from a real registry. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class AvroTopicITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String CARD =
      """
      {"type": "record", "name": "Card", "namespace": "shop", "fields": [
        {"name": "amount", "type": "float"}, {"name": "age", "type": ["null", "int"]}]}
      """;

  /** The input as a nested record, which is of another subject. */
  private static final String NESTED =
      """
      {"type": "record", "name": "Payment", "namespace": "shop", "fields": [
        {"name": "id", "type": "long"}, {"name": "x", "type": "shop.Card"}]}
      """;

  /** The input as an array, among other fields. */
  private static final String LIST =
      """
      {"type": "record", "name": "Payment", "namespace": "shop", "fields": [
        {"name": "note", "type": ["null", "string"]},
        {"name": "x", "type": {"type": "array", "items": "double"}},
        {"name": "id", "type": "long"}]}
      """;

  @TempDir private static Path folder;
  private static KafkaBroker broker;
  private static SchemaRegistry registry;
  private static Topics topics;
  private static Path model;

  private final Map<String, byte[]> sent = new LinkedHashMap<>();

  @BeforeAll
  static void startProcesses() throws Exception {
    ExecutorService beside = Executors.newSingleThreadExecutor();
    try {
      Callable<SchemaRegistry> start =
          () -> SchemaRegistry.start(SchemaRegistry.jars(), folder.resolve("registry"));
      Future<SchemaRegistry> started = beside.submit(start);
      try {
        broker = SharedBroker.get();
        topics = new Topics(broker.bootstrapServers());
        model = SavedModels.linear(folder.resolve("linear/1"), new float[] {3, 1}, 0);
      } finally {
        registry = started.get();
      }
    } finally {
      beside.shutdownNow();
    }
  }

  @AfterAll
  static void stopProcesses() throws Exception {
    if (registry != null) {
      registry.close();
    }
  }

  private static Path config(String name, String format) throws Exception {
    for (String topic : List.of("", "-out", "-dead")) {
      topics.create(name + topic);
    }
    String yaml =
        """
        job: {name: %1$s, parallelism: 1}
        kafka: {bootstrap-servers: "%2$s"}
        input: {topic: %1$s, %3$s}
        output: {topic: %1$s-out, fields: [id]}
        dead-letters: {topic: %1$s-dead}
        model: {name: m, uri: "%4$s"}
        checkpointing: {interval: 500 ms}
        """
            .formatted(name, broker.bootstrapServers(), format, model);
    return Files.writeString(folder.resolve(name + ".yaml"), yaml);
  }

  private static byte[] datum(Schema schema, String json) throws IOException {
    Object read =
        new GenericDatumReader<>(schema).read(null, DecoderFactory.get().jsonDecoder(schema, json));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(read, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static Schema nested() {
    Schema.Parser parser = new Schema.Parser();
    parser.parse(CARD);
    return parser.parse(NESTED);
  }

  private static byte[] nested(int i) throws IOException {
    return datum(
        nested(), "{\"id\": %d, \"x\": {\"amount\": %d, \"age\": {\"int\": 2}}}".formatted(i, i));
  }

  private static byte[] list(int i) throws IOException {
    Schema schema = new Schema.Parser().parse(LIST);
    return datum(schema, "{\"note\": null, \"x\": [%d, 2], \"id\": %d}".formatted(i, i));
  }

  private static byte[] framed(int id, byte[] datum) {
    return ByteBuffer.allocate(5 + datum.length).put((byte) 0).putInt(id).put(datum).array();
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    topics.send(topic, 0, key, value);
    sent.put(key, value);
  }

  /**
   * Each record of a number once, in order, with the field and the prediction that belong to it.
   */
  private static void assertScored(List<ConsumerRecord<byte[], byte[]>> scored, int count)
      throws Exception {
    assertThat(scored).hasSize(count);
    for (int i = 0; i < count; i++) {
      JsonNode value = JSON.readTree(scored.get(i).value());
      assertThat(new String(scored.get(i).key(), UTF_8)).isEqualTo("" + i);
      assertThat(value.at("/fields")).hasToString("{\"id\":" + i + "}");
      assertThat(value.at("/predictions/y/0").doubleValue()).isEqualTo(3 * i + 2);
    }
  }

  private Map<String, String> reasons(List<ConsumerRecord<byte[], byte[]>> dead) {
    Map<String, String> reasons = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : dead) {
      String key = new String(record.key(), UTF_8);
      assertThat(record.value()).isEqualTo(sent.get(key));
      reasons.put(key, header(record, "millrace.reason"));
    }
    return reasons;
  }

  private static String message(List<ConsumerRecord<byte[], byte[]>> dead, String key) {
    return dead.stream()
        .filter(record -> new String(record.key(), UTF_8).equals(key))
        .map(record -> header(record, "millrace.message"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void scoreTopic_schemasOfARegistry_eachRecordByItsOwn() throws Exception {
    Path config =
        config(
            "registered",
            "format: avro-confluent, schema-registry: {url: \"" + registry.url() + "\"}");
    registry.register("card", CARD);
    int nested =
        registry.register(
            "registered-value",
            NESTED,
            "[{\"name\": \"shop.Card\", \"subject\": \"card\", \"version\": 1}]");
    int list = registry.register("registered-value2", LIST);
    int unfit = registry.register("other", LIST.replace("\"x\"", "\"y\""));
    for (int i = 0; i < 20; i++) {
      send("registered", "" + i, i % 2 == 0 ? framed(nested, nested(i)) : framed(list, list(i)));
    }
    byte[] null2 = datum(nested(), "{\"id\": 1, \"x\": {\"amount\": 1, \"age\": null}}");
    send("registered", "no age", framed(nested, null2));
    send("registered", "unfit", framed(unfit, list(1)));
    send("registered", "unknown", framed(4711, list(1)));
    send("registered", "json", "{\"x\": [1, 2]}".getBytes(UTF_8));
    send("registered", "short", new byte[] {0, 0});
    send("registered", "cut off", Arrays.copyOf(framed(list, list(1)), 9));
    send("registered", "null", null);

    try (RunningJob job = RunningJob.start(config)) {
      assertScored(topics.await("registered-out", 20), 20);
      List<ConsumerRecord<byte[], byte[]>> dead = topics.await("registered-dead", 7);
      assertThat(reasons(dead))
          .isEqualTo(
              Map.of(
                  "no age", "WRONG_TYPE",
                  "unfit", "MISSING_FIELD",
                  "unknown", "MALFORMED",
                  "json", "MALFORMED",
                  "short", "MALFORMED",
                  "cut off", "MALFORMED",
                  "null", "NULL_RECORD"));
      assertThat(message(dead, "unknown")).contains("4711", registry.url().toString());
      assertThat(message(dead, "unfit")).contains("'x' is absent");

      assertNothingIsLostWhileTheRegistryIsDown();
      assertThat(topics.await("registered-dead", 7)).hasSize(7);
    }
    assertReplayIsTheSame(config);
  }

  private void assertNothingIsLostWhileTheRegistryIsDown() throws Exception {
    int later = registry.register("later", LIST.replace("note", "remark"));
    registry.stop();
    URI url = registry.url();
    try (ServerSocket instead =
        new ServerSocket(url.getPort(), 0, InetAddress.getByName(url.getHost()))) {
      for (int i = 20; i < 25; i++) {
        send("registered", "" + i, framed(later, list(i)));
      }
      // Whom the job asks while the registry is down: it hangs up.
      instead.setSoTimeout(Math.toIntExact(TimeUnit.MINUTES.toMillis(3)));
      instead.accept().close();
    }
    registry.restart();
    assertScored(topics.await("registered-out", 25), 25);
  }

  private static void assertReplayIsTheSame(Path config) throws Exception {
    Path kept = Files.createDirectories(folder.resolve("kept"));
    run("record", "--config", config.toString(), "--to", kept + "/in");
    run(
        "record",
        "--config",
        config.toString(),
        "--topic",
        "registered-out",
        "--to",
        kept + "/live");
    String yaml =
        """
        input: {paths: "%1$s/in", format: topic, value-format: avro-confluent,
          schema-registry: {url: "%2$s"}}
        output: {path: "%1$s/replayed", fields: [id]}
        model: {name: m, uri: "%3$s"}
        """
            .formatted(kept, registry.url(), model);
    Path replay = Files.writeString(kept.resolve("replay.yaml"), yaml);
    run("replay", "--config", replay.toString());
    run("compare", kept + "/live", kept + "/replayed");
  }

  private static void run(String... line) {
    CommandLineRun run = CommandLineRun.of(line);
    assertThat(run.exitCode()).as("%s: %s", line[0], run.err() + run.out()).isZero();
  }

  @Test
  void scoreTopic_schemaOfAFile_isEveryRecords() throws Exception {
    Path schema = Files.writeString(folder.resolve("payment.avsc"), LIST);
    Path config = config("plain", "format: avro, avro-schema: \"" + schema + "\"");
    for (int i = 0; i < 10; i++) {
      send("plain", "" + i, list(i));
    }
    send("plain", "more", Arrays.copyOf(list(1), 40));

    CommandLineRun check =
        CommandLineRun.of("score-topic", "--config", config.toString(), "--check");
    assertThat(check.out()).as(check.err()).contains("11 read, 10 fit, 1 do not", "MALFORMED");
    try (RunningJob job = RunningJob.start(config)) {
      assertScored(topics.await("plain-out", 10), 10);
      List<ConsumerRecord<byte[], byte[]>> dead = topics.await("plain-dead", 1);
      assertThat(reasons(dead)).isEqualTo(Map.of("more", "MALFORMED"));
      assertThat(message(dead, "more")).contains("bytes are left");
    }
  }
}
