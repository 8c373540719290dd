package io.millrace.connectors.formats;

import java.util.List;
import org.apache.flink.formats.avro.SchemaCoder.SchemaCoderProvider;
import org.jspecify.annotations.Nullable;

/**
 * The fields that go along to the output, of records that are an Avro datum each. What {@link
 * AvroRecordFormat} has accepted can be read here too. Not thread-safe.
 *
 * <pre>{@code
 * new ScoredRecordFormat("scored", List.of("id"), false)
 *     .reading(new AvroRecordJson(schemas, List.of("id"), limits));
 * }</pre>
 */
public final class AvroRecordJson implements RecordJson {
  private static final long serialVersionUID = 1L;

  private final SchemaCoderProvider schemas;
  private final RecordFields fields;
  private final RecordLimits limits;
  private transient @Nullable AvroValues values;

  /**
   * @param schemas what reads with which schema a value was written
   */
  public AvroRecordJson(SchemaCoderProvider schemas, List<String> fields, RecordLimits limits) {
    this.schemas = schemas;
    this.fields = new RecordFields(fields.stream().map(WantedField::carried).toList(), false);
    this.limits = limits;
  }

  @Override
  public byte[] of(byte[] value) {
    AvroValues known = values;
    if (known == null) {
      known = new AvroValues(schemas.get(), fields, limits);
      values = known;
    }
    return known.read(value).json();
  }
}
