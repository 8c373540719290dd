package io.millrace.flink;

import io.millrace.model.ModelVersion;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Rejections on their way through the side output, which an unaligned checkpoint may store: the
 * record by its own serializer, then why.
 */
public final class RejectionSerializer<T> extends TypeSerializer<Rejection<T>> {
  private static final long serialVersionUID = 1L;

  private static final int FORMAT = 1;

  private final TypeSerializer<T> record;

  RejectionSerializer(TypeSerializer<T> record) {
    this.record = record;
  }

  @Override
  public boolean isImmutableType() {
    return record.isImmutableType();
  }

  @Override
  public TypeSerializer<Rejection<T>> duplicate() {
    return new RejectionSerializer<>(record.duplicate());
  }

  /** A rejection has no empty form; Flink asks for one only to reuse it, which is not done here. */
  @SuppressWarnings("NullAway") // TypeSerializer is not annotated; null is what it documents.
  @Override
  public Rejection<T> createInstance() {
    return null;
  }

  @Override
  public Rejection<T> copy(Rejection<T> from) {
    return new Rejection<>(
        record.copy(from.record()), from.reason(), from.message(), from.version());
  }

  @Override
  public Rejection<T> copy(Rejection<T> from, Rejection<T> reuse) {
    return copy(from);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(Rejection<T> rejection, DataOutputView target) throws IOException {
    target.writeByte(FORMAT);
    record.serialize(rejection.record(), target);
    target.writeUTF(rejection.reason().name());
    ValueSerializer.writeBounded(rejection.message(), target);
    ModelVersion version = rejection.version();
    target.writeBoolean(version != null);
    if (version != null) {
      target.writeUTF(version.model());
      target.writeLong(version.version());
      target.writeUTF(version.digest());
    }
  }

  @Override
  public Rejection<T> deserialize(DataInputView source) throws IOException {
    ValueSerializer.requireFormat(source.readByte(), FORMAT, "rejection");
    T value = record.deserialize(source);
    RecordReason reason = RecordReason.valueOf(source.readUTF());
    String message = source.readUTF();
    ModelVersion version =
        source.readBoolean()
            ? new ModelVersion(source.readUTF(), source.readLong(), source.readUTF())
            : null;
    return new Rejection<>(value, reason, message, version);
  }

  @Override
  public Rejection<T> deserialize(Rejection<T> reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RejectionSerializer<?> that && record.equals(that.record);
  }

  @Override
  public int hashCode() {
    return record.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<Rejection<T>> snapshotConfiguration() {
    return new Snapshot<>(this);
  }

  /** The format version inside each value tells releases apart. */
  public static final class Snapshot<T>
      extends CompositeTypeSerializerSnapshot<Rejection<T>, RejectionSerializer<T>> {
    public Snapshot() {}

    Snapshot(RejectionSerializer<T> serializer) {
      super(serializer);
    }

    @Override
    protected int getCurrentOuterSnapshotVersion() {
      return 1;
    }

    @Override
    protected TypeSerializer<?>[] getNestedSerializers(RejectionSerializer<T> outer) {
      return new TypeSerializer<?>[] {outer.record};
    }

    @Override
    @SuppressWarnings("unchecked") // The nested serializer is the one that was given above.
    protected RejectionSerializer<T> createOuterSerializerWithNestedSerializers(
        TypeSerializer<?>[] nested) {
      return new RejectionSerializer<>((TypeSerializer<T>) nested[0]);
    }
  }
}
