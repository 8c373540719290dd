package io.millrace.connectors.kafka;

import io.millrace.flink.ValueSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Records in transit between two tasks. Each record pays for this once, so arrays go in bulk and
 * the topic, nearly always that of the record before, is neither encoded nor decoded again.
 */
final class KafkaRecordSerializer extends ValueSerializer<KafkaRecord> {
  private static final long serialVersionUID = 1L;
  private static final byte FORMAT = 1;

  private transient @Nullable RecentString topics;

  @Override
  public KafkaRecordSerializer duplicate() {
    return new KafkaRecordSerializer();
  }

  @Override
  public void serialize(KafkaRecord record, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    topics().write(record.topic(), target);
    target.writeInt(record.partition());
    target.writeLong(record.offset());
    target.writeLong(record.timestamp());
    target.writeLong(record.readMicros());
    ByteArrays.write(record.key(), target);
    ByteArrays.write(record.value(), target);
  }

  @Override
  public KafkaRecord deserialize(DataInputView source) throws IOException {
    ByteArrays.requireFormat(FORMAT, source);
    return new KafkaRecord(
        topics().read(source),
        source.readInt(),
        source.readLong(),
        source.readLong(),
        source.readLong(),
        ByteArrays.read(source),
        ByteArrays.read(source));
  }

  private RecentString topics() {
    RecentString known = topics;
    if (known == null) {
      known = new RecentString();
      topics = known;
    }
    return known;
  }

  @Override
  public TypeSerializerSnapshot<KafkaRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The form of {@link #serialize}; another form gets another snapshot class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<KafkaRecord> {
    public Snapshot() {
      super(KafkaRecordSerializer::new);
    }
  }
}
