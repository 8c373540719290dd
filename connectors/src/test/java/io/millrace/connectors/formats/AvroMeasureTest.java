package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;

class AvroMeasureTest {
  private static final Schema SCHEMA =
      AvroRows.schema(
          """
          {'type': 'record', 'name': 'r', 'fields': [
            {'name': 'real', 'type': 'double'},
            {'name': 'whole', 'type': 'long'},
            {'name': 'small', 'type': 'int'},
            {'name': 'flag', 'type': 'boolean'},
            {'name': 'text', 'type': 'string'},
            {'name': 'raw', 'type': 'bytes'},
            {'name': 'kind', 'type': {'type': 'enum', 'name': 'e', 'symbols': ['A', 'B']}},
            {'name': 'two', 'type': {'type': 'fixed', 'name': 'x', 'size': 2}},
            {'name': 'floats', 'type': {'type': 'array', 'items': 'float'}},
            {'name': 'none', 'type': {'type': 'array', 'items': 'float'}},
            {'name': 'longs', 'type': {'type': 'array', 'items': 'long'}},
            {'name': 'map', 'type': {'type': 'map', 'values': 'int'}}]}
          """);

  private static GenericRecord record(Object text) {
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("real", 1.5);
    record.put("whole", Long.MIN_VALUE);
    record.put("small", -65);
    record.put("flag", true);
    record.put("text", text);
    record.put("raw", ByteBuffer.wrap(new byte[100]));
    record.put("kind", new GenericData.EnumSymbol(SCHEMA.getField("kind").schema(), "B"));
    record.put("two", new GenericData.Fixed(SCHEMA.getField("two").schema(), new byte[2]));
    record.put("floats", new ArrayList<>(List.of(1f, 2f, 3f)));
    record.put("none", List.of());
    record.put("longs", List.of(0L, 63L, 64L));
    record.put("map", Map.of("key", 7));
    return record;
  }

  private static byte[] bytes(GenericRecord record) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<>(SCHEMA).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static AvroMeasure measure(GenericRecord record) throws UnfitSchemaException {
    RecordFields all =
        new RecordFields(
            SCHEMA.getFields().stream().map(field -> WantedField.carried(field.name())).toList(),
            false);
    return AvroMeasure.of(new AvroRecord(AvroFields.of(SCHEMA, all), record));
  }

  @Test
  void bytes_everyType_areThoseOfItsBinaryForm() throws Exception {
    GenericRecord record = record(new Utf8("\u00fc"));
    byte[] bytes = bytes(record);

    assertThat(measure(record).bytes()).isEqualTo(bytes.length);
    GenericRecord read =
        new CompactDatumReader<GenericRecord>(SCHEMA, SCHEMA)
            .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    assertThat(read.get("floats")).isInstanceOf(FloatArray.class).isEqualTo(List.of(1f, 2f, 3f));
    assertThat(read.get("longs")).isEqualTo(List.of(0L, 63L, 64L));
    assertThat(measure(read).bytes()).isEqualTo(bytes.length);
    // What has no object for each is lighter.
    assertThat(measure(read).heapBytes()).isLessThan(measure(record).heapBytes());
    // As Parquet's reader has them.
    Schema floats = SCHEMA.getField("floats").schema();
    record.put("floats", new GenericData.Array<>(floats, List.of(1f, 2f, 3f)));
    record.put("text", "\u00fc");
    assertThat(measure(record).bytes()).isEqualTo(bytes.length);
  }

  @Test
  void isUtf8_stringThatIsNone_isTold() throws Exception {
    assertThat(measure(record(new Utf8("text"))).isUtf8()).isTrue();
    assertThat(measure(record(new Utf8(new byte[] {'a', (byte) 0xff}))).isUtf8()).isFalse();
  }
}
