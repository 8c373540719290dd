package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroTimes;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/** Columns of nanoseconds, of which Parquet 1.15 makes plain numbers in Avro. */
final class ParquetTimes {
  private ParquetTimes() {}

  /**
   * The schema with its nanoseconds told.
   *
   * @param columns that it was made of
   */
  static Schema marked(Schema schema, List<Type> columns) {
    List<Schema.Field> marked = new ArrayList<>();
    for (Type column : columns) {
      Schema.Field field = schema.getField(column.getName());
      if (!isNanos(column)) {
        marked.add(new Schema.Field(field, field.schema()));
      } else if (field.schema().isUnion()) {
        Schema optional = Schema.createUnion(Schema.create(Schema.Type.NULL), AvroTimes.nanos());
        marked.add(new Schema.Field(field, optional));
      } else {
        marked.add(new Schema.Field(field, AvroTimes.nanos()));
      }
    }
    return Schema.createRecord(
        schema.getName(), schema.getDoc(), schema.getNamespace(), false, marked);
  }

  private static boolean isNanos(Type column) {
    return column.isPrimitive()
        && !column.isRepetition(Type.Repetition.REPEATED)
        && column.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation time
        && time.getUnit() == TimeUnit.NANOS;
  }
}
