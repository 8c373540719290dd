package io.millrace.connectors.formats;

import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * A decoded record, by the numbers of its wanted fields. Of one that a reader uses again, good
 * until the next one is read.
 *
 * @param record of the schema {@link AvroFields#projection}
 */
public record AvroRecord(AvroFields fields, IndexedRecord record) {

  /** The field's value, null where it is null or the schema has it not. */
  @Nullable Object value(int field) {
    return fields.value(field, record);
  }

  /** The schema of a field that has a value. */
  Schema schema(int field) {
    return fields.schema(field);
  }

  /** An object of the fields that have values. */
  public byte[] json() {
    return fields.json(record);
  }

  /** An object of those that go along to the output, null where none does. */
  public byte @Nullable [] carriedJson() {
    return fields.carriedJson(record);
  }
}
