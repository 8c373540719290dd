package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Values of Avro records in JSON. Not thread-safe. */
final class AvroJson {
  private final JsonBytes bytes = new JsonBytes();

  /**
   * Writes a value. A time is in milliseconds, whatever the schema counts it in.
   *
   * @param schema of the value
   * @param forInput whether it fills an input: nested records are lists then, and a float has the
   *     digits of the double that it is, as the shortest ones, read as a double and rounded, can
   *     give its neighbour
   */
  void write(JsonGenerator json, Schema schema, @Nullable Object value, boolean forInput)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Float real) {
      writeReal(json, real, forInput);
    } else if (value instanceof Double real) {
      writeReal(json, real);
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Long number) {
      json.writeNumber(AvroTimes.millis(AvroFit.branch(schema, number), number));
    } else if (value instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else if (value instanceof Utf8 text) {
      json.writeUTF8String(text.getBytes(), 0, text.getByteLength());
    } else if (value instanceof CharSequence text) {
      json.writeString(text.toString());
    } else if (value instanceof ByteBuffer buffer) {
      byte[] copy = new byte[buffer.remaining()];
      buffer.duplicate().get(copy);
      bytes.write(json, copy);
    } else if (value instanceof GenericFixed fixed) {
      bytes.write(json, fixed.bytes());
    } else if (value instanceof Collection<?> list) {
      Schema elements = AvroFit.branch(schema, value).getElementType();
      json.writeStartArray();
      for (Object element : list) {
        write(json, elements, element, forInput);
      }
      json.writeEndArray();
    } else if (value instanceof IndexedRecord record) {
      writeRecord(json, record, forInput);
    } else if (value instanceof Map<?, ?> map) {
      writeMap(json, AvroFit.branch(schema, value).getValueType(), map);
    } else {
      json.writeString(value.toString());
    }
  }

  private static void writeReal(JsonGenerator json, float value, boolean forInput)
      throws IOException {
    if (forInput || !Float.isFinite(value)) {
      writeReal(json, value);
    } else {
      json.writeNumber(value);
    }
  }

  private static void writeReal(JsonGenerator json, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeString(Double.toString(value));
    }
  }

  private void writeRecord(JsonGenerator json, IndexedRecord record, boolean forInput)
      throws IOException {
    if (forInput) {
      json.writeStartArray();
      for (Schema.Field field : record.getSchema().getFields()) {
        write(json, field.schema(), record.get(field.pos()), true);
      }
      json.writeEndArray();
      return;
    }
    json.writeStartObject();
    for (Schema.Field field : record.getSchema().getFields()) {
      json.writeFieldName(field.name());
      write(json, field.schema(), record.get(field.pos()), false);
    }
    json.writeEndObject();
  }

  private void writeMap(JsonGenerator json, Schema values, Map<?, ?> map) throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      json.writeFieldName(entry.getKey().toString());
      write(json, values, entry.getValue(), false);
    }
    json.writeEndObject();
  }
}
