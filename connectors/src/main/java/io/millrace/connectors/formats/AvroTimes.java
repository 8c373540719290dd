package io.millrace.connectors.formats;

import java.util.concurrent.TimeUnit;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/**
 * What Avro's times are counted in. Source:
 * https://avro.apache.org/docs/1.12.0/specification/#timestamps
 */
public final class AvroTimes {
  private static final long MICROS = TimeUnit.MILLISECONDS.toMicros(1);
  private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  // Avro 1.11 has no class for nanoseconds.
  private static final String TIMESTAMP_NANOS = "timestamp-nanos";

  private AvroTimes() {}

  /** A time of the schema in milliseconds, rounded down; any other number as it is. */
  static long millis(Schema schema, long value) {
    String type = schema.getProp(LogicalType.LOGICAL_TYPE_PROP);
    return type == null ? value : Math.floorDiv(value, perMilli(type));
  }

  private static long perMilli(String type) {
    return switch (type) {
      case "timestamp-micros", "local-timestamp-micros" -> MICROS;
      case TIMESTAMP_NANOS, "local-timestamp-nanos" -> NANOS;
      default -> 1;
    };
  }

  /** A schema of longs as one of nanoseconds. */
  public static Schema nanos() {
    Schema nanos = Schema.create(Schema.Type.LONG);
    nanos.addProp(LogicalType.LOGICAL_TYPE_PROP, TIMESTAMP_NANOS);
    return nanos;
  }
}
