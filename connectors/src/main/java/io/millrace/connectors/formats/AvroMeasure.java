package io.millrace.connectors.formats;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.generic.GenericArray;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a decoded Avro value amounts to. It goes by what the value is and not by its schema, of
 * which Parquet's reader makes something else here and there.
 */
public final class AvroMeasure {
  /** An object with its reference, without what it holds. */
  private static final int OBJECT_BYTES = 32;

  private long bytes;
  private long objects;
  private boolean isUtf8 = true;

  private AvroMeasure() {}

  /** Measures a record with all that is in it. */
  public static AvroMeasure of(AvroRecord record) {
    AvroMeasure measure = new AvroMeasure();
    measure.add(record.record());
    return measure;
  }

  /**
   * How many bytes it has in Avro's binary form, those aside that number the branches of unions.
   * Source: https://avro.apache.org/docs/1.11.1/specification/#binary-encoding
   */
  public long bytes() {
    return bytes;
  }

  /** About how many bytes it has on the heap. */
  public long heapBytes() {
    return bytes + OBJECT_BYTES * objects;
  }

  /** Whether all strings are UTF-8. */
  public boolean isUtf8() {
    return isUtf8;
  }

  private void add(@Nullable Object value) {
    if (value == null) {
      return;
    }
    objects++;
    if (value instanceof Float) {
      bytes += Float.BYTES;
    } else if (value instanceof Double) {
      bytes += Double.BYTES;
    } else if (value instanceof Integer || value instanceof Long) {
      bytes += length(((Number) value).longValue());
    } else if (value instanceof org.apache.avro.util.Utf8 text) {
      prefixed(text.getByteLength());
      isUtf8 &= Utf8.isWellFormed(text.getBytes(), text.getByteLength());
    } else if (value instanceof CharSequence text) {
      prefixed(text.toString().getBytes(StandardCharsets.UTF_8).length);
    } else if (value instanceof ByteBuffer buffer) {
      prefixed(buffer.remaining());
    } else if (value instanceof GenericFixed fixed) {
      bytes += fixed.bytes().length;
    } else if (value instanceof IndexedRecord record) {
      int fields = record.getSchema().getFields().size();
      for (int i = 0; i < fields; i++) {
        add(record.get(i));
      }
    } else if (value instanceof FloatArray floats) {
      blocks(floats.size());
      bytes += (long) Float.BYTES * floats.size();
    } else if (value instanceof GenericArray<?> array && width(array) > 0) {
      blocks(array.size());
      bytes += (long) width(array) * array.size();
      objects += array.size();
    } else if (value instanceof Collection<?> list) {
      blocks(list.size());
      for (Object element : list) {
        add(element);
      }
    } else if (value instanceof Map<?, ?> map) {
      blocks(map.size());
      map.forEach(
          (key, element) -> {
            add(key);
            add(element);
          });
    } else {
      // A boolean, or the number of an enum's symbol.
      bytes++;
    }
  }

  /** How many bytes each element has, 0 where they differ. */
  private static int width(GenericArray<?> array) {
    return switch (array.getSchema().getElementType().getType()) {
      case FLOAT -> Float.BYTES;
      case DOUBLE -> Double.BYTES;
      default -> 0;
    };
  }

  private void prefixed(int size) {
    bytes += length(size) + (long) size;
  }

  /** The count of a block, if there is one, and the end of the blocks. */
  private void blocks(int count) {
    bytes += count == 0 ? 1 : length(count) + 1;
  }

  /** Of a zigzag number in groups of seven bits. */
  private static int length(long value) {
    long zigzag = (value << 1) ^ (value >> 63);
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(zigzag) + 6) / 7);
  }
}
