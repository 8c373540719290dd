package io.millrace.connectors.kafka;

import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was read from Kafka: its place, its key and its bytes, not yet parsed. Immutable;
 * the arrays are shared, not copied, and nobody writes into them.
 */
@TypeInfo(KafkaTypeInfoFactories.ForKafkaRecord.class)
public final class KafkaRecord {
  /** Stands for a record without a timestamp. */
  public static final long NO_TIMESTAMP = -1;

  private final String topic;
  private final int partition;
  private final long offset;
  private final long timestamp;
  private final long readMicros;
  private final byte @Nullable [] key;
  private final byte @Nullable [] value;

  /**
   * @param timestamp epoch milliseconds, or {@link #NO_TIMESTAMP}
   * @param readMicros when it was read, in epoch microseconds: where its latency starts
   */
  public KafkaRecord(
      String topic,
      int partition,
      long offset,
      long timestamp,
      long readMicros,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    this.topic = Objects.requireNonNull(topic, "topic");
    this.partition = partition;
    this.offset = offset;
    this.timestamp = timestamp;
    this.readMicros = readMicros;
    this.key = key;
    this.value = value;
  }

  public String topic() {
    return topic;
  }

  public int partition() {
    return partition;
  }

  public long offset() {
    return offset;
  }

  /** Epoch milliseconds, or {@link #NO_TIMESTAMP}. */
  public long timestamp() {
    return timestamp;
  }

  /** When it was read, in epoch microseconds. */
  public long readMicros() {
    return readMicros;
  }

  /** The key's bytes, not a copy. */
  public byte @Nullable [] key() {
    return key;
  }

  /** The value's bytes, not a copy; null for a tombstone. */
  public byte @Nullable [] value() {
    return value;
  }

  /** Where it was read, without the payload. */
  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset;
  }
}
