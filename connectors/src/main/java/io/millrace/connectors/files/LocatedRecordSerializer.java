package io.millrace.connectors.files;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.KafkaTypes;
import io.millrace.flink.ValueSerializer;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Located records in transit, where something keeps the operators from being chained. */
final class LocatedRecordSerializer extends ValueSerializer<LocatedRecord> {
  private static final long serialVersionUID = 1L;

  private final TypeSerializer<KafkaRecord> records =
      KafkaTypes.KAFKA_RECORD.createSerializer(new SerializerConfigImpl());

  @Override
  public LocatedRecordSerializer duplicate() {
    return new LocatedRecordSerializer();
  }

  @Override
  public void serialize(LocatedRecord located, DataOutputView target) throws IOException {
    records.serialize(located.record(), target);
    RecordRefusal refusal = located.refusal();
    target.writeBoolean(refusal != null);
    if (refusal != null) {
      target.writeUTF(refusal.reason().name());
      writeBounded(refusal.message(), target);
    }
  }

  @Override
  public LocatedRecord deserialize(DataInputView source) throws IOException {
    KafkaRecord record = records.deserialize(source);
    @Nullable RecordRefusal refusal =
        source.readBoolean()
            ? new RecordRefusal(RecordReason.valueOf(source.readUTF()), source.readUTF())
            : null;
    return new LocatedRecord(record, refusal);
  }

  @Override
  public TypeSerializerSnapshot<LocatedRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** The form of {@link #serialize}. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<LocatedRecord> {
    public Snapshot() {
      super(LocatedRecordSerializer::new);
    }
  }
}
