package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class PartitionOffsetsITCase {
  private static final long FIRST = 1_700_000_000_000L;

  @Test
  void offsets_ofRecordsAndTimes_areThoseOfTheBroker() throws Exception {
    KafkaBroker broker = SharedBroker.get();
    broker.createTopic("offsets", 3);
    KafkaClientProperties client = new KafkaClientProperties(broker.bootstrapServers(), Map.of());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            client.toProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < 30; i++) {
        // The third partition has nothing behind the first three seconds.
        producer.send(
            new ProducerRecord<>(
                "offsets", i % 3, FIRST + (i % 3 == 2 ? i * 100 : i * 1000), null, new byte[1]));
      }
    }
    try (Admin admin = Admin.create(client.toProperties())) {
      admin
          .deleteRecords(Map.of(new TopicPartition("offsets", 1), RecordsToDelete.beforeOffset(2)))
          .all()
          .get();
    }
    PartitionOffsets offsets = new PartitionOffsets(client, "offsets");

    assertThat(offsets.beginnings()).isEqualTo(Map.of(0, 0L, 1, 2L, 2, 0L));
    assertThat(offsets.ends()).isEqualTo(Map.of(0, 10L, 1, 10L, 2, 10L));
    assertThat(offsets.since(Instant.ofEpochMilli(FIRST + 15_000)))
        .isEqualTo(Map.of(0, 5L, 1, 5L, 2, 10L));
    assertThat(offsets.since(Instant.ofEpochMilli(FIRST))).isEqualTo(Map.of(0, 0L, 1, 2L, 2, 0L));
    assertThatThrownBy(() -> new PartitionOffsets(client, "no-offsets").ends())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no topic no-offsets");
  }
}
