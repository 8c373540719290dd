package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import java.util.List;

/** The headers that say where a record came from. */
final class Lineage {
  private Lineage() {}

  static void addTo(List<MessageHeader> headers, KafkaRecord record) {
    headers.add(MessageHeader.of(MessageHeader.SOURCE_TOPIC, record.topic()));
    headers.add(MessageHeader.of(MessageHeader.SOURCE_PARTITION, record.partition()));
    headers.add(MessageHeader.of(MessageHeader.SOURCE_OFFSET, record.offset()));
  }
}
