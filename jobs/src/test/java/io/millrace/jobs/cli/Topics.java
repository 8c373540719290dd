package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connectors.control.ModelEventJson;
import io.millrace.model.ModelEvent;
import io.millrace.testing.check.Await;
import io.millrace.testing.check.CommittedTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of a test, from outside. */
final class Topics {
  static final long TIMESTAMP = 1_700_000_000_000L;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** A look opens a consumer and reads a topic, on the cores that the job needs. */
  private static final Duration POLL = Duration.ofMillis(100);

  private final String bootstrapServers;

  Topics(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** One partition. */
  void create(String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  /** Sends and waits until it is stored. */
  void send(String topic, int partition, String key, String value) throws Exception {
    send(topic, partition, key, value == null ? null : value.getBytes(UTF_8));
  }

  /** Sends and waits until it is stored. */
  void send(String topic, int partition, String key, byte[] bytes) throws Exception {
    send(topic, partition, TIMESTAMP, key, bytes);
  }

  /** Sends and waits until it is stored. */
  void send(String topic, int partition, long timestamp, String key, byte[] bytes)
      throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(topic, partition, timestamp, key.getBytes(UTF_8), bytes))
          .get();
    }
  }

  /** What is committed, once it is at least so many records. */
  List<ConsumerRecord<byte[], byte[]>> await(String topic, int atLeast) throws Exception {
    return Await.first(
        atLeast + " records in " + topic,
        PATIENCE,
        POLL,
        () -> CommittedTopic.read(bootstrapServers, topic, PATIENCE),
        records -> records.size() >= atLeast);
  }

  List<ModelEvent> events(String topic) throws Exception {
    List<ModelEvent> events = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedTopic.read(bootstrapServers, topic, PATIENCE)) {
      events.add(ModelEventJson.decode(record.value()));
    }
    return events;
  }

  void awaitEvent(String topic, Predicate<ModelEvent> wanted) throws Exception {
    Await.first(
        "the event in " + topic,
        PATIENCE,
        POLL,
        () -> events(topic),
        events -> events.stream().anyMatch(wanted));
  }
}
