package io.millrace.connectors.kafka;

import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to a Kafka topic: a prediction, a dead letter or an event. Immutable; the
 * arrays are shared, not copied, and nobody writes into them.
 */
@TypeInfo(KafkaTypeInfoFactories.ForOutboundRecord.class)
public final class OutboundRecord {
  /** Leaves the partition to the key. */
  public static final int PARTITION_BY_KEY = -1;

  private final String topic;
  private final int sourcePartition;
  private final long timestamp;
  private final byte @Nullable [] key;
  private final byte @Nullable [] value;
  private final List<MessageHeader> headers;

  /**
   * @param sourcePartition the partition it came from: it goes to this number modulo the topic's
   *     count, so that order per partition holds; or {@link #PARTITION_BY_KEY}
   * @param timestamp epoch milliseconds, or {@link KafkaRecord#NO_TIMESTAMP}
   */
  public OutboundRecord(
      String topic,
      int sourcePartition,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      List<MessageHeader> headers) {
    this.topic = Objects.requireNonNull(topic, "topic");
    this.sourcePartition = sourcePartition;
    this.timestamp = timestamp;
    this.key = key;
    this.value = value;
    this.headers = List.copyOf(headers);
  }

  public String topic() {
    return topic;
  }

  /** The partition it came from, or {@link #PARTITION_BY_KEY}. */
  public int sourcePartition() {
    return sourcePartition;
  }

  /** Epoch milliseconds, or {@link KafkaRecord#NO_TIMESTAMP}. */
  public long timestamp() {
    return timestamp;
  }

  /** The key's bytes, not a copy. */
  public byte @Nullable [] key() {
    return key;
  }

  /** The value's bytes, not a copy. */
  public byte @Nullable [] value() {
    return value;
  }

  public List<MessageHeader> headers() {
    return headers;
  }

  /** Where it goes, without the payload. */
  @Override
  public String toString() {
    return "record for topic " + topic;
  }
}
