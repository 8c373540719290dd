package io.millrace.connectors.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.KafkaRecordDeserializer;
import io.millrace.connectors.kafka.KafkaTypes;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.connectors.kafka.OutboundSinks;
import io.millrace.model.Command;
import io.millrace.testing.processes.KafkaBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that asks for a password, reached by nothing but the properties passed through. */
class SecuredClusterITCase {
  private static final String PASSWORD = "s3eded-passw0rd";
  private static final String WRONG_PASSWORD = "mistaken-passw0rd";

  @TempDir static Path directory;
  private static KafkaBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker =
        KafkaBroker.startWithSasl(
            KafkaBroker.jars(), directory.resolve("kafka"), "alice", PASSWORD);
  }

  @AfterAll
  static void stopBroker() throws IOException {
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void rightPassword_commandsAndRecordsPassAndItIsNotLogged() throws Exception {
    broker.createTopic("models", 1);
    broker.createTopic("in", 1);
    broker.createTopic("out", 1);
    KafkaClientProperties client = client(PASSWORD);

    try (CapturedLog log = CapturedLog.open()) {
      assertThat(new KafkaConnection(client).partitionCounts(List.of("in", "out"))).hasSize(2);
      Command.Retire command = new Command.Retire("fraud", 1, 0);
      try (CommandPublisher publisher = CommandPublisher.open(client, "models")) {
        publisher.send(command);
      }
      assertThat(CommandHistory.read(client, "models").commands()).containsExactly(command);
      copyRecords(client);
      assertThat(readOut(client)).isEqualTo("a value");

      assertThat(log.lines()).as("the log is captured").anyMatch(line -> line.contains("sasl"));
      assertThat(log.lines()).noneMatch(line -> line.contains(PASSWORD));
      assertThat(client.toString()).doesNotContain(PASSWORD);
    }
  }

  @Test
  @Timeout(180)
  void wrongPassword_isToldInOneLineWithoutIt() throws Exception {
    KafkaClientProperties client = client(WRONG_PASSWORD);

    try (CapturedLog log = CapturedLog.open()) {
      for (Attempt attempt :
          List.<Attempt>of(
              () -> new KafkaConnection(client).partitionCounts(List.of("models")),
              () -> CommandHistory.read(client, "models"),
              () -> CommandPublisher.open(client, "models"),
              () -> new KafkaConnection(client).requireRoomForDeadLetters("in", "out"))) {
        IOException refused = catchThrowableOfType(IOException.class, attempt::run);
        assertThat(refused)
            .hasMessageStartingWith("cannot look up ")
            .hasMessageEndingWith(
                " on "
                    + broker.saslBootstrapServers()
                    + ": Authentication failed: Invalid username or password")
            .hasMessageNotContaining("\n");
        StringWriter stack = new StringWriter();
        refused.printStackTrace(new PrintWriter(stack));
        assertThat(stack.toString()).doesNotContain(WRONG_PASSWORD);
      }
      assertThat(log.lines()).noneMatch(line -> line.contains(WRONG_PASSWORD));
    }
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws Exception;
  }

  private static KafkaClientProperties client(String password) {
    return new KafkaClientProperties(
        broker.saslBootstrapServers(),
        Map.of(
            "security.protocol",
            "SASL_PLAINTEXT",
            "sasl.mechanism",
            "PLAIN",
            "sasl.jaas.config",
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\""
                + " password=\""
                + password
                + "\";"));
  }

  /** One record into a topic by one job's sink, and into another by a job that reads the first. */
  private static void copyRecords(KafkaClientProperties client) throws Exception {
    StreamExecutionEnvironment first = environment();
    first
        .fromData(List.of(outbound("in", "a value".getBytes(UTF_8))), KafkaTypes.OUTBOUND_RECORD)
        .sinkTo(OutboundSinks.atLeastOnce(client));
    first.execute("write");

    KafkaSource<KafkaRecord> source =
        KafkaSource.<KafkaRecord>builder()
            .setBootstrapServers(client.bootstrapServers())
            .setTopics("in")
            .setGroupId("secured")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setBounded(OffsetsInitializer.latest())
            .setDeserializer(new KafkaRecordDeserializer())
            .setProperties(client.toProperties())
            .build();
    StreamExecutionEnvironment second = environment();
    second
        .fromSource(source, WatermarkStrategy.noWatermarks(), "in")
        .map(record -> outbound("out", record.value()))
        .returns(KafkaTypes.OUTBOUND_RECORD)
        .sinkTo(OutboundSinks.exactlyOnce(client, "secured", Duration.ofMinutes(5)));
    second.execute("copy");
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    env.enableCheckpointing(200);
    return env;
  }

  private static OutboundRecord outbound(String topic, byte[] value) {
    return new OutboundRecord(topic, 0, 1_700_000_000_000L, null, value, List.of());
  }

  private static String readOut(KafkaClientProperties client) {
    Properties properties = client.toProperties();
    properties.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition("out", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return new String(
          consumer.poll(Duration.ofMinutes(2)).records(partition).get(0).value(), UTF_8);
    }
  }
}
