package io.millrace.connectors.formats;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.flink.formats.avro.SchemaCoder;

/**
 * Values that are an Avro datum each, behind what says with which schema it was written: the wanted
 * fields of each. What is found out about a schema is kept. Not thread-safe.
 */
final class AvroValues {
  private static final int MAX_SCHEMAS = 256;

  private final SchemaCoder schemas;
  private final RecordFields wanted;
  private final int maxBytes;
  private final BoundedDecoder decoder;
  private final Map<Schema, AvroDatums> known = lastUsed();

  AvroValues(SchemaCoder schemas, RecordFields wanted, RecordLimits limits) {
    this.schemas = schemas;
    this.wanted = wanted;
    this.maxBytes = limits.maxRecordBytes();
    this.decoder = new BoundedDecoder();
  }

  private static Map<Schema, AvroDatums> lastUsed() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Schema, AvroDatums> eldest) {
        return size() > MAX_SCHEMAS;
      }
    };
  }

  /**
   * The wanted fields of a value.
   *
   * @throws io.millrace.tensor.RecordException if it is no datum, or has not the fields
   * @throws UncheckedIOException if its schema cannot be had now
   */
  AvroRecord read(byte[] value) {
    ByteArrayInputStream in = new ByteArrayInputStream(value);
    Schema written;
    try {
      written = schemas.readSchema(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    AvroDatums datums = known.get(written);
    if (datums == null) {
      datums = AvroDatums.of(written, wanted, maxBytes);
      known.put(written, datums);
    }
    return datums.read(value, value.length - in.available(), decoder);
  }
}
