package io.millrace.connectors.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.model.Command;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ControlTopicITCase {
  private static KafkaBroker broker;
  private static KafkaClientProperties client;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = SharedBroker.get();
    client = new KafkaClientProperties(broker.bootstrapServers(), Map.of());
  }

  @Test
  void read_whatWasSent_comesInOrderWithOffsetsAsSequences() throws Exception {
    broker.createTopic("models", 1);
    long first;
    long second;
    long third;
    try (CommandPublisher publisher = CommandPublisher.open(client, "models")) {
      first = publisher.send(publish(1));
      second = publisher.send(new Command.Rollback("fraud", 1L, 900));
      third = publisher.sendWithSequence(new Command.Retire("fraud", 1, 900));
    }

    CommandHistory history = CommandHistory.read(client, "models");

    assertThat(List.of(first, second, third)).containsExactly(0L, 1L, 2L);
    assertThat(history.commands())
        .containsExactly(
            publish(1), new Command.Rollback("fraud", 1L, 1), new Command.Retire("fraud", 1, 900));
    assertThat(history.nextOffset()).isEqualTo(3);
  }

  @Test
  void read_emptyTopic_hasNothingAndStartsAtZero() throws Exception {
    broker.createTopic("empty", 1);

    assertThat(CommandHistory.read(client, "empty"))
        .isEqualTo(new CommandHistory(List.of(), List.of(), 0));
  }

  @Test
  void read_recordsThatAreNoCommands_areRefusedAndTheRestIsRead() throws Exception {
    broker.createTopic("mixed", 1);
    send("mixed", "fraud/3", "not json");
    send("mixed", null, "{}");
    send("mixed", "fraud/3", null);

    CommandHistory history = CommandHistory.read(client, "mixed");

    assertThat(history.commands()).containsExactly(new Command.Retire("fraud", 3, 2));
    assertThat(history.refused()).extracting(RefusedCommand::offset).containsExactly(0L, 1L);
    assertThat(history.refused()).extracting(RefusedCommand::model).containsExactly("fraud", "");
    assertThat(history.refused())
        .extracting(refused -> refused.cause().reason())
        .containsOnly(ModelReason.MALFORMED_COMMAND);
  }

  @Test
  void read_abortedTransactionAtTheEnd_isPassedOver() throws Exception {
    broker.createTopic("transactional", 1);
    Properties properties = client.toProperties();
    properties.put("transactional.id", "publisher");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record("transactional", "fraud/1", null)).get();
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(record("transactional", "fraud/2", null)).get();
      producer.abortTransaction();
    }

    CommandHistory history = CommandHistory.read(client, "transactional");

    assertThat(history.commands()).containsExactly(new Command.Retire("fraud", 1, 0));
    assertThat(history.nextOffset()).isEqualTo(4);
  }

  @Test
  void read_compactedTopic_goesToItsEndOverTheGaps() throws Exception {
    broker.createTopic(
        "compacted",
        1,
        Map.of(
            "cleanup.policy", "compact",
            "segment.ms", "100",
            "min.cleanable.dirty.ratio", "0.01",
            "max.compaction.lag.ms", "100"));
    long deadlineNanos = System.nanoTime() + Duration.ofMinutes(3).toNanos();
    long sent = 0;
    CommandHistory history;
    // Each record may roll a segment, and only rolled segments are compacted.
    do {
      try (CommandPublisher publisher = CommandPublisher.open(client, "compacted")) {
        publisher.send(new Command.Activate("fraud", sent, 0));
        sent++;
      }
      history = CommandHistory.read(client, "compacted");
      assertThat(history.nextOffset()).isEqualTo(sent);
      assertThat(history.commands())
          .last()
          .isEqualTo(new Command.Activate("fraud", sent - 1, sent - 1));
    } while (history.commands().size() == sent && System.nanoTime() < deadlineNanos);

    assertThat(history.commands()).hasSizeLessThan((int) sent);
  }

  @Test
  void of_whatComesLater_isStreamedAndMalformedRecordsAreReported() throws Exception {
    broker.createTopic("live", 1);
    send("live", "fraud/1", null);
    long from = CommandHistory.read(client, "live").nextOffset();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
    CommandStream stream = CommandStream.of(env, client, "live", from);
    CloseableIterator<Command> commands = stream.commands().collectAsync();
    CloseableIterator<ModelEvent> refusals = stream.refusals().collectAsync();
    JobClient job = env.executeAsync("live");
    try (commands;
        refusals;
        CommandPublisher publisher = CommandPublisher.open(client, "live")) {
      send("live", "fraud/2", "not JSON");
      publisher.send(publish(2));

      assertThat(commands.next())
          .isEqualTo(
              new Command.Publish("fraud", 2, URI.create("file:///models/2"), null, 2, true, null));
      ModelEvent refusal = refusals.next();
      assertThat(refusal.reason()).isEqualTo(ModelReason.MALFORMED_COMMAND);
      assertThat(refusal.job()).isEqualTo("live");
      assertThat(refusal.model()).isEqualTo("fraud");
      assertThat(refusal.version()).isEqualTo(2);
      assertThat(refusal.message()).contains("offset 1");
    } finally {
      job.cancel().get();
    }
  }

  @Test
  void readOrOpen_noSuchTopic_saysSoInOneLine() {
    assertThatThrownBy(() -> CommandHistory.read(client, "absent"))
        .isInstanceOf(IOException.class)
        .hasMessage("no topic absent on %s: create it first", broker.bootstrapServers());
    assertThatThrownBy(() -> CommandPublisher.open(client, "absent"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no topic absent");
  }

  @Test
  void partitionCounts_ofSeveralTopics_areToldOrAllAbsentOnesNamed() throws Exception {
    broker.createTopic("narrow", 1);
    broker.createTopic("three", 3);
    KafkaConnection connection = new KafkaConnection(client);

    assertThat(connection.partitionCounts(List.of("narrow", "three", "narrow")))
        .isEqualTo(Map.of("narrow", 1, "three", 3));
    assertThatThrownBy(() -> connection.partitionCounts(List.of("b", "narrow", "a")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("no topic a, b on ");
  }

  @Test
  void readOrOpen_severalPartitions_isRefused() throws Exception {
    broker.createTopic("wide", 2);

    assertThatThrownBy(() -> CommandHistory.read(client, "wide"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has 2 partitions: expected one");
    assertThatThrownBy(() -> CommandPublisher.open(client, "wide"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has 2 partitions: expected one");
  }

  @Test
  void read_nobodyListens_failsWithinSeconds() {
    KafkaClientProperties nowhere =
        new KafkaClientProperties(
            "127.0.0.1:1", Map.of("default.api.timeout.ms", "2000", "request.timeout.ms", "1000"));

    assertThatThrownBy(() -> CommandHistory.read(nowhere, "models"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot look up topics [models] on 127.0.0.1:1: no answer");
  }

  @Test
  void read_wrongClientProperty_saysWhich() {
    KafkaClientProperties wrong =
        new KafkaClientProperties(
            broker.bootstrapServers(), Map.of("security.protocol", "CARRIER_PIGEON"));

    assertThatThrownBy(() -> CommandHistory.read(wrong, "models"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("security.protocol");
  }

  private static Command publish(long version) {
    return new Command.Publish(
        "fraud", version, URI.create("file:///models/" + version), null, 0, true, null);
  }

  private static void send(String topic, String key, String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            client.toProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record(topic, key, value)).get();
    }
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String key, String value) {
    return new ProducerRecord<>(
        topic,
        key == null ? null : key.getBytes(UTF_8),
        value == null ? null : value.getBytes(UTF_8));
  }
}
