package io.millrace.connectors.kafka;

import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Lets Flink find the serializers by itself wherever it meets one of these types. */
final class KafkaTypeInfoFactories {
  private KafkaTypeInfoFactories() {}

  /** For {@link KafkaRecord}. */
  public static final class ForKafkaRecord extends TypeInfoFactory<KafkaRecord> {
    @Override
    public TypeInformation<KafkaRecord> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> parameters) {
      return KafkaTypes.KAFKA_RECORD;
    }
  }

  /** For {@link OutboundRecord}. */
  public static final class ForOutboundRecord extends TypeInfoFactory<OutboundRecord> {
    @Override
    public TypeInformation<OutboundRecord> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> parameters) {
      return KafkaTypes.OUTBOUND_RECORD;
    }
  }
}
