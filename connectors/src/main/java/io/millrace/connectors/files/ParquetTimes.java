package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroTimes;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/** Columns of nanoseconds, of which Parquet 1.15 makes plain numbers in Avro. */
final class ParquetTimes {
  private ParquetTimes() {}

  /**
   * The schema with its nanoseconds told, at whatever depth.
   *
   * @param columns that it was made of
   */
  static Schema marked(Schema schema, List<Type> columns) {
    List<Schema.Field> marked = new ArrayList<>();
    for (Type column : columns) {
      Schema.Field field = schema.getField(column.getName());
      marked.add(new Schema.Field(field, marked(field.schema(), column)));
    }
    return Schema.createRecord(
        schema.getName(), schema.getDoc(), schema.getNamespace(), false, marked);
  }

  private static Schema marked(Schema schema, Type column) {
    return switch (schema.getType()) {
      case UNION ->
          Schema.createUnion(
              schema.getTypes().stream().map(branch -> marked(branch, column)).toList());
      case RECORD -> marked(schema, column.asGroupType().getFields());
      case ARRAY -> Schema.createArray(marked(schema.getElementType(), element(schema, column)));
      case MAP -> Schema.createMap(marked(schema.getValueType(), value(column.asGroupType())));
      case LONG -> isNanos(column) ? AvroTimes.nanos() : schema;
      default -> schema;
    };
  }

  // A column that is repeated without further layers, a list of two layers, or one of three.
  private static Type element(Schema array, Type column) {
    if (column.isPrimitive() || column.isRepetition(Type.Repetition.REPEATED)) {
      return column;
    }
    Type repeated = column.asGroupType().getType(0);
    return repeated.isPrimitive() || isMadeOf(array.getElementType(), repeated.asGroupType())
        ? repeated
        : repeated.asGroupType().getType(0);
  }

  private static boolean isMadeOf(Schema element, GroupType group) {
    return element.getType() == Schema.Type.RECORD
        && element.getFields().stream()
            .map(Schema.Field::name)
            .toList()
            .equals(group.getFields().stream().map(Type::getName).toList());
  }

  private static Type value(GroupType map) {
    return map.getType(0).asGroupType().getType(1);
  }

  private static boolean isNanos(Type column) {
    return column.isPrimitive()
        && column.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation time
        && time.getUnit() == TimeUnit.NANOS;
  }
}
