package io.millrace.connectors.formats;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes decoded Avro values have in Avro's binary form, arrays and maps as one block.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
 */
final class AvroSize {
  private AvroSize() {}

  static long of(Schema schema, @Nullable Object value) {
    if (value == null) {
      return schema.isUnion() ? 1 : 0;
    }
    return switch (schema.getType()) {
      case NULL -> 0;
      case BOOLEAN -> 1;
      case FLOAT -> Float.BYTES;
      case DOUBLE -> Double.BYTES;
      case INT, LONG -> number(((Number) value).longValue());
      case ENUM -> number(schema.getEnumOrdinal(value.toString()));
      case FIXED -> schema.getFixedSize();
      case BYTES -> prefixed(((ByteBuffer) value).remaining());
      case STRING -> prefixed(length((CharSequence) value));
      case UNION -> 1 + of(AvroFit.branch(schema, value), value);
      case ARRAY -> array(schema.getElementType(), (Collection<?>) value);
      case MAP -> map(schema.getValueType(), (Map<?, ?>) value);
      case RECORD -> record((IndexedRecord) value);
    };
  }

  /** A zigzag number in groups of seven bits. */
  private static int number(long value) {
    long zigzag = (value << 1) ^ (value >> 63);
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(zigzag) + 6) / 7);
  }

  private static long prefixed(int length) {
    return number(length) + (long) length;
  }

  private static int length(CharSequence text) {
    return text instanceof Utf8 utf8
        ? utf8.getByteLength()
        : text.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static long array(Schema elements, Collection<?> list) {
    long size = blocks(list.size());
    switch (elements.getType()) {
      case FLOAT -> size += (long) Float.BYTES * list.size();
      case DOUBLE -> size += (long) Double.BYTES * list.size();
      default -> {
        for (Object element : list) {
          size += of(elements, element);
        }
      }
    }
    return size;
  }

  private static long map(Schema values, Map<?, ?> map) {
    long size = blocks(map.size());
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      size += prefixed(length((CharSequence) entry.getKey())) + of(values, entry.getValue());
    }
    return size;
  }

  /** The count of a block, if there is one, and the end of the blocks. */
  private static int blocks(int count) {
    return count == 0 ? 1 : number(count) + 1;
  }

  private static long record(IndexedRecord record) {
    long size = 0;
    for (Schema.Field field : record.getSchema().getFields()) {
      size += of(field.schema(), record.get(field.pos()));
    }
    return size;
  }
}
