package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaConnection;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/** The one partition of a control topic, which keeps its commands in order. */
final class ControlPartition {
  private ControlPartition() {}

  static TopicPartition of(KafkaConnection connection, String topic) throws IOException {
    int partitions = connection.partitionCounts(List.of(topic)).getOrDefault(topic, 0);
    if (partitions != 1) {
      throw new IOException(
          "control topic '"
              + topic
              + "' has "
              + partitions
              + " partitions: expected one, which keeps commands in order");
    }
    return new TopicPartition(topic, 0);
  }
}
