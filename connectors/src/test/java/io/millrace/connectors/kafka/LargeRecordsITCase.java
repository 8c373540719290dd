package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Records above the 1 MiB that a producer allows by default. */
class LargeRecordsITCase {
  private static final int SIZE = 1_200_000;
  private static final Map<String, String> LARGE = Map.of("max.message.bytes", "2000000");

  private static KafkaBroker broker;
  private static KafkaClientProperties client;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = SharedBroker.get();
    client = new KafkaClientProperties(broker.bootstrapServers(), Map.of());
  }

  @Test
  void exactlyOnce_topicThatAllowsIt_takesALargeRecord() throws Exception {
    broker.createTopic("exactly", 1, LARGE);

    write("exactly", OutboundSinks.exactlyOnce(client, "large", Duration.ofMinutes(5)));

    assertThat(sizeOfTheOnlyRecord("exactly")).isEqualTo(SIZE);
  }

  @Test
  void atLeastOnce_topicThatAllowsIt_takesALargeRecord() throws Exception {
    broker.createTopic("at-least", 1, LARGE);

    write("at-least", OutboundSinks.atLeastOnce(client));

    assertThat(sizeOfTheOnlyRecord("at-least")).isEqualTo(SIZE);
  }

  @Test
  void atLeastOnce_usersOwnLimit_isKept() throws Exception {
    broker.createTopic("limited", 1, LARGE);
    KafkaClientProperties limited =
        new KafkaClientProperties(broker.bootstrapServers(), Map.of("max.request.size", "1000000"));

    assertThatThrownBy(() -> write("limited", OutboundSinks.atLeastOnce(limited)))
        .hasStackTraceContaining("max.request.size");
  }

  @Test
  void requireRoomForDeadLetters_tooLittle_saysWhatToSet() throws Exception {
    broker.createTopic("input", 1, LARGE);
    broker.createTopic("rejected", 1);
    broker.createTopic("rejected-equal", 1, LARGE);
    broker.createTopic("rejected-enough", 1, Map.of("max.message.bytes", "2016384"));
    KafkaConnection connection = new KafkaConnection(client);

    assertThatThrownBy(() -> connection.requireRoomForDeadLetters("input", "rejected"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "dead-letter topic 'rejected' has max.message.bytes=1048588, input topic 'input' has"
                + " 2000000: a dead letter is its record and its headers, so set"
                + " max.message.bytes=2016384 on 'rejected'");
    Map<String, String> huge = Map.of("max.message.bytes", Integer.toString(32 << 20));
    broker.createTopic("huge", 1, huge);
    broker.createTopic("rejected-huge", 1, huge);
    assertThatThrownBy(() -> connection.requireRoomForDeadLetters("huge", "rejected-huge"))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("'huge' has max.message.bytes=33554432", "buffer.memory=33570816");
    KafkaClientProperties wrong =
        new KafkaClientProperties(broker.bootstrapServers(), Map.of("buffer.memory", "64mb"));
    assertThatThrownBy(
            () -> new KafkaConnection(wrong).requireRoomForDeadLetters("huge", "rejected-huge"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("buffer.memory");
    KafkaClientProperties roomy =
        new KafkaClientProperties(broker.bootstrapServers(), Map.of("buffer.memory", "33570816"));
    assertThatCode(
            () -> new KafkaConnection(roomy).requireRoomForDeadLetters("huge", "rejected-huge"))
        .doesNotThrowAnyException();
    assertThatCode(() -> connection.requireRoomForDeadLetters("input", "rejected-equal"))
        .doesNotThrowAnyException();
    assertThatCode(() -> connection.requireRoomForDeadLetters("input", "rejected-enough"))
        .doesNotThrowAnyException();
  }

  private static void write(String topic, KafkaSink<OutboundRecord> sink) throws Exception {
    byte[] value = new byte[SIZE];
    Arrays.fill(value, (byte) 'x');
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    env.enableCheckpointing(200);
    env.fromData(
            List.of(new OutboundRecord(topic, 0, 1_700_000_000_000L, null, value, List.of())),
            KafkaTypes.OUTBOUND_RECORD)
        .sinkTo(sink);
    env.execute(topic);
  }

  private static int sizeOfTheOnlyRecord(String topic) {
    Properties properties = client.toProperties();
    properties.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return consumer.poll(Duration.ofMinutes(2)).records(partition).get(0).value().length;
    }
  }
}
