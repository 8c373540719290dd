package io.millrace.connectors.kafka;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads records whole, tombstones included, and notes when. Parsing is left to the record format,
 * so that a bad record reaches the dead letters rather than failing the source.
 */
public final class KafkaRecordDeserializer
    implements KafkaRecordDeserializationSchema<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> read, Collector<KafkaRecord> out) {
    out.collect(record(read));
  }

  /** The record as it was read just now. */
  public static KafkaRecord record(ConsumerRecord<byte[], byte[]> read) {
    return new KafkaRecord(
        read.topic(),
        read.partition(),
        read.offset(),
        read.timestamp(),
        EpochMicros.now(),
        read.key(),
        read.value());
  }

  @Override
  public TypeInformation<KafkaRecord> getProducedType() {
    return KafkaTypes.KAFKA_RECORD;
  }
}
