package io.millrace.connectors.formats;

import java.io.InputStream;
import java.io.OutputStream;
import org.apache.avro.Schema;
import org.apache.flink.formats.avro.SchemaCoder;

/** The one schema of values that do not say with which they were written. */
public final class FixedSchema implements SchemaCoder.SchemaCoderProvider {
  private static final long serialVersionUID = 1L;

  private final String schema;

  private FixedSchema(String schema) {
    this.schema = schema;
  }

  public static FixedSchema of(Schema schema) {
    return new FixedSchema(schema.toString());
  }

  @Override
  public SchemaCoder get() {
    return new Coder(new Schema.Parser().setValidateDefaults(false).parse(schema));
  }

  private record Coder(Schema schema) implements SchemaCoder {
    @Override
    public Schema readSchema(InputStream in) {
      return schema;
    }

    @Override
    public void writeSchema(Schema written, OutputStream out) {
      // Nothing says it.
    }
  }
}
