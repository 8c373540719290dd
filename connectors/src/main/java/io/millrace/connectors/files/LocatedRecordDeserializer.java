package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaRecordDeserializer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads records of a topic for a job that reads files as well. */
public final class LocatedRecordDeserializer
    implements KafkaRecordDeserializationSchema<LocatedRecord> {
  private static final long serialVersionUID = 1L;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> read, Collector<LocatedRecord> out) {
    out.collect(LocatedRecord.of(KafkaRecordDeserializer.record(read)));
  }

  @Override
  public TypeInformation<LocatedRecord> getProducedType() {
    return LocatedRecord.TYPE;
  }
}
