package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.AvroRows.schema;
import static io.millrace.connectors.formats.JsonRows.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;

/** That it writes what the record's JSON would, {@link AvroAsJsonTest} shows. */
class AvroRecordWriterTest {
  private static final Schema SCHEMA =
      schema(
          """
          {'type': 'record', 'name': 'r', 'fields': [
            {'name': 'x', 'type': {'type': 'array', 'items': 'float'}},
            {'name': 'y', 'type': 'int'}]}
          """);
  private static final WantedField X = new WantedField("x", ElementType.FLOAT32, Shape.of(2), true);
  private static final WantedField Y =
      new WantedField("y", ElementType.INT32, Shape.scalar(), true);

  private static AvroRecord decoded(float first, int second, WantedField... wanted)
      throws UnfitSchemaException {
    AvroFields fields = AvroFields.of(SCHEMA, new RecordFields(List.of(wanted), false));
    return new AvroRecord(
        fields,
        new GenericRecordBuilder(fields.projection())
            .set("x", List.of(first, 0.5f))
            .set("y", second)
            .build());
  }

  /** Files of one job number their fields alike; two sources need not. */
  @Test
  void write_fieldsInAnotherOrder_goByTheirNames() throws UnfitSchemaException {
    AvroRecordWriter writer = AvroRecordWriter.ofInputs();
    RecordingRow first = RecordingRow.batched(spec("x", "float32", 2), spec("y", "int32"));
    RecordingRow second = new RecordingRow(first.signature(), true);

    writer.write(decoded(1.5f, 7, X, Y), first);
    writer.write(decoded(2.5f, 8, Y, X), second);

    assertThat(first.written("x")).containsExactly(1.5, 0.5);
    assertThat(first.written("y")).containsExactly(7L);
    assertThat(second.written("x")).containsExactly(2.5, 0.5);
    assertThat(second.written("y")).containsExactly(8L);
  }
}
