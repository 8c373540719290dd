package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.flink.Rejection;
import io.millrace.flink.RejectionMapper;
import io.millrace.model.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Dead letters: the record's key and value, untouched, with the reason, where it came from, and the
 * version that was asked in headers.
 */
public final class DeadLetterFormat implements RejectionMapper<KafkaRecord, OutboundRecord> {
  private static final long serialVersionUID = 1L;

  // A user's reader may say anything, and a letter has to fit beside its record.
  private static final int MOST_CHARACTERS = 2_000;

  private final String topic;

  public DeadLetterFormat(String topic) {
    this.topic = Objects.requireNonNull(topic, "topic");
  }

  @Override
  public OutboundRecord map(Rejection<KafkaRecord> rejection) {
    KafkaRecord record = rejection.record();
    List<MessageHeader> headers = new ArrayList<>(7);
    headers.add(MessageHeader.of(MessageHeader.REASON, rejection.reason().name()));
    String message = rejection.message();
    headers.add(
        MessageHeader.of(
            MessageHeader.MESSAGE,
            message.substring(0, Math.min(message.length(), MOST_CHARACTERS))));
    headers.addAll(Lineage.of(record));
    ModelVersion version = rejection.version();
    if (version != null) {
      headers.add(MessageHeader.of(MessageHeader.MODEL_NAME, version.model()));
      headers.add(MessageHeader.of(MessageHeader.MODEL_VERSION, version.version()));
    }
    return new OutboundRecord(
        topic, record.partition(), record.timestamp(), record.key(), record.value(), headers);
  }
}
