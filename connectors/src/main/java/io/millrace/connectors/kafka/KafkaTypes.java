package io.millrace.connectors.kafka;

import io.millrace.flink.ValueTypeInformation;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** What Flink needs to know about the types at the edges. */
public final class KafkaTypes {
  /** Records that were read. */
  public static final TypeInformation<KafkaRecord> KAFKA_RECORD =
      ValueTypeInformation.of(KafkaRecord.class, new KafkaRecordSerializer());

  /** Records that are to be written. */
  public static final TypeInformation<OutboundRecord> OUTBOUND_RECORD =
      ValueTypeInformation.of(OutboundRecord.class, new OutboundRecordSerializer());

  private KafkaTypes() {}
}
