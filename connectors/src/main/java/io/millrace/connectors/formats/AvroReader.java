package io.millrace.connectors.formats;

import io.millrace.tensor.Row;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Reads values that are an Avro datum each for one signature. Not thread-safe. */
final class AvroReader {
  private final AvroValues values;
  private final FieldPlan fields;
  private final FeatureVector vector;

  /** Where the wanted fields go, by their number. */
  private final FieldPlan.@Nullable Field[] targets;

  /**
   * @param values of the wanted fields
   */
  AvroReader(AvroValues values, List<WantedField> wanted, FieldPlan fields, FeatureVector vector) {
    this.values = values;
    this.fields = fields;
    this.vector = vector;
    this.targets =
        wanted.stream().map(field -> fields.find(field.name())).toArray(FieldPlan.Field[]::new);
  }

  /**
   * Writes a value's fields; one that is null is absent.
   *
   * @throws io.millrace.tensor.RecordException if it does not fit
   */
  void read(byte[] value, Row row) {
    AvroRecord record = values.read(value);
    fields.begin();
    vector.clear();
    for (int i = 0; i < targets.length; i++) {
      FieldPlan.Field field = targets[i];
      Object found = record.value(i);
      if (field != null && found != null) {
        write(field, record.schema(i), found, row);
      }
    }
    fields.end(vector, row);
  }

  private void write(FieldPlan.Field field, Schema schema, Object value, Row row) {
    if (field.feature != FieldPlan.NONE) {
      vector.take(field.feature, schema, value);
    } else if (field.input != FieldPlan.NONE) {
      AvroTensors.write(schema, value, row.input(field.input), field.place);
      fields.written(field.input);
    }
  }
}
