package io.millrace.testing.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.processes.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedTopicITCase {
  @TempDir Path directory;

  @Test
  void read_committedAbortedAndOpen_givesTheCommittedWithHeaders() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(KafkaBroker.jars(), directory)) {
      broker.createTopic("out", 2);
      assertThat(read(broker)).isEmpty();
      try (KafkaProducer<String, String> done = producer(broker, "done");
          KafkaProducer<String, String> open = producer(broker, "open")) {
        done.beginTransaction();
        done.send(record(0, 17)).get();
        done.send(record(1, 18)).get();
        done.commitTransaction();
        done.beginTransaction();
        done.send(record(0, 19)).get();
        done.abortTransaction();
        open.beginTransaction();
        open.send(record(0, 20)).get();
        List<ConsumerRecord<byte[], byte[]>> records = read(broker);
        assertThat(records)
            .extracting(record -> Observation.of(record, 2L).source())
            .containsExactlyInAnyOrder(
                new SourcePosition("in", 0, 17), new SourcePosition("in", 0, 18));
        open.commitTransaction();
        assertThat(read(broker)).hasSize(3);
      }
    }
  }

  @Test
  void of_recordWithoutLineage_namesHeaderAndRecord() {
    ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("out", 1, 5, null, null);
    assertThatThrownBy(() -> Observation.of(record, 1L))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out-1@5")
        .hasMessageContaining("'millrace.source.topic'");
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(KafkaBroker broker) throws Exception {
    return CommittedTopic.read(broker.bootstrapServers(), "out", Duration.ofMinutes(3));
  }

  private static ProducerRecord<String, String> record(int partition, long sourceOffset) {
    ProducerRecord<String, String> record = new ProducerRecord<>("out", partition, "key", "value");
    record.headers().add("millrace.source.topic", "in".getBytes(UTF_8));
    record.headers().add("millrace.source.partition", "0".getBytes(UTF_8));
    record.headers().add("millrace.source.offset", Long.toString(sourceOffset).getBytes(UTF_8));
    return record;
  }

  private static KafkaProducer<String, String> producer(KafkaBroker broker, String id) {
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", id),
            new StringSerializer(),
            new StringSerializer());
    producer.initTransactions();
    return producer;
  }
}
