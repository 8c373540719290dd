package io.millrace.connectors.kafka;

import io.millrace.flink.ValueSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Output in transit between two tasks, where the sink is not chained to the operator. */
final class OutboundRecordSerializer extends ValueSerializer<OutboundRecord> {
  private static final long serialVersionUID = 1L;
  private static final byte FORMAT = 1;

  @Override
  public void serialize(OutboundRecord record, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    target.writeUTF(record.topic());
    target.writeInt(record.sourcePartition());
    target.writeLong(record.timestamp());
    ByteArrays.write(record.key(), target);
    ByteArrays.write(record.value(), target);
    target.writeInt(record.headers().size());
    for (MessageHeader header : record.headers()) {
      target.writeUTF(header.name());
      ByteArrays.write(header.value(), target);
    }
  }

  @Override
  public OutboundRecord deserialize(DataInputView source) throws IOException {
    ByteArrays.requireFormat(FORMAT, source);
    String topic = source.readUTF();
    int sourcePartition = source.readInt();
    long timestamp = source.readLong();
    byte[] key = ByteArrays.read(source);
    byte[] value = ByteArrays.read(source);
    int count = source.readInt();
    List<MessageHeader> headers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = source.readUTF();
      byte[] bytes = ByteArrays.read(source);
      if (bytes == null) {
        throw new IOException("header '" + name + "' has no value: the stream is corrupt");
      }
      headers.add(new MessageHeader(name, bytes));
    }
    return new OutboundRecord(topic, sourcePartition, timestamp, key, value, headers);
  }

  @Override
  public TypeSerializerSnapshot<OutboundRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The form of {@link #serialize}; another form gets another snapshot class. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<OutboundRecord> {
    public Snapshot() {
      super(OutboundRecordSerializer::new);
    }
  }
}
