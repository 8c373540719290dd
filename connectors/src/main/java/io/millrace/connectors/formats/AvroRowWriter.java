package io.millrace.connectors.formats;

import io.millrace.tensor.Row;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Writes decoded Avro records into rows of one signature. Not thread-safe. */
final class AvroRowWriter {
  private final FieldPlan fields;
  private final FeatureVector vector;

  /** What the records' fields were numbered by. */
  private List<WantedField> wanted = List.of();

  /** Where they go, by their number. */
  private FieldPlan.@Nullable Field[] targets = {};

  AvroRowWriter(FieldPlan fields, FeatureVector vector) {
    this.fields = fields;
    this.vector = vector;
  }

  /**
   * Writes a record's fields; one that is null is absent.
   *
   * @throws io.millrace.tensor.RecordException if it does not fit
   */
  void write(AvroRecord record, Row row) {
    if (record.fields().wanted() != wanted) {
      wanted = record.fields().wanted();
      targets =
          wanted.stream().map(field -> fields.find(field.name())).toArray(FieldPlan.Field[]::new);
    }
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
