package io.millrace.connectors.kafka;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.jspecify.annotations.Nullable;

/** What Flink needs to know about the types at the edges. */
public final class KafkaTypes {
  /** Records that were read. */
  public static final TypeInformation<KafkaRecord> KAFKA_RECORD =
      new SerializedType<>(KafkaRecord.class, new KafkaRecordSerializer());

  /** Records that are to be written. */
  public static final TypeInformation<OutboundRecord> OUTBOUND_RECORD =
      new SerializedType<>(OutboundRecord.class, new OutboundRecordSerializer());

  private KafkaTypes() {}

  /** A type of which Flink sees nothing but its serializer: it is not a key, and has no fields. */
  private static final class SerializedType<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final TypeSerializerSingleton<T> serializer;

    SerializedType(Class<T> type, TypeSerializerSingleton<T> serializer) {
      this.type = type;
      this.serializer = serializer;
    }

    @Override
    public boolean isBasicType() {
      return false;
    }

    @Override
    public boolean isTupleType() {
      return false;
    }

    @Override
    public int getArity() {
      return 1;
    }

    @Override
    public int getTotalFields() {
      return 1;
    }

    @Override
    public Class<T> getTypeClass() {
      return type;
    }

    @Override
    public boolean isKeyType() {
      return false;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
      return serializer.duplicate();
    }

    @Override
    public String toString() {
      return type.getSimpleName();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof SerializedType<?> that && that.type.equals(type);
    }

    @Override
    public int hashCode() {
      return type.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
      return other instanceof SerializedType<?>;
    }
  }
}
