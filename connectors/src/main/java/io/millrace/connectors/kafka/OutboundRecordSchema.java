package io.millrace.connectors.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hands outbound records to the producer. A topic's number of partitions is asked of the broker
 * once per sink, with the first record; partitions that are added later are used after a restart,
 * so that order per partition holds within a run.
 */
final class OutboundRecordSchema implements KafkaRecordSerializationSchema<OutboundRecord> {
  private static final long serialVersionUID = 1L;

  private transient @Nullable Map<String, Integer> partitionCounts;

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      OutboundRecord record, KafkaSinkContext context, Long elementTimestamp) {
    ProducerRecord<byte[], byte[]> produced =
        new ProducerRecord<>(
            record.topic(),
            partition(record, context),
            record.timestamp() < 0 ? null : record.timestamp(),
            record.key(),
            record.value());
    for (MessageHeader header : record.headers()) {
      produced.headers().add(header.name(), header.value());
    }
    return produced;
  }

  private @Nullable Integer partition(OutboundRecord record, KafkaSinkContext context) {
    if (record.sourcePartition() == OutboundRecord.PARTITION_BY_KEY) {
      return null;
    }
    Map<String, Integer> counts = partitionCounts;
    if (counts == null) {
      counts = new HashMap<>();
      partitionCounts = counts;
    }
    int count =
        counts.computeIfAbsent(
            record.topic(), topic -> context.getPartitionsForTopic(topic).length);
    if (count == 0) {
      throw new IllegalStateException(
          "topic '" + record.topic() + "' has no partitions: create it first");
    }
    return record.sourcePartition() % count;
  }
}
