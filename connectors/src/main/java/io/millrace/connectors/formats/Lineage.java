package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import java.util.List;

/** The headers that say where a record came from. */
final class Lineage {
  private Lineage() {}

  static List<MessageHeader> of(KafkaRecord record) {
    return List.of(
        MessageHeader.of(MessageHeader.SOURCE_TOPIC, record.topic()),
        MessageHeader.of(MessageHeader.SOURCE_PARTITION, record.partition()),
        MessageHeader.of(MessageHeader.SOURCE_OFFSET, record.offset()));
  }
}
