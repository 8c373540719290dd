package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorWriter;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes decoded Avro values into inputs: arrays, and records by the order of their fields, are the
 * dimensions.
 */
final class AvroTensors {
  private static final int PARTS = 2;

  private final TensorWriter writer;
  private final ElementType type;
  private final ElementKind kind;
  private final String place;

  private AvroTensors(TensorWriter writer, String place) {
    this.writer = writer;
    this.type = writer.spec().type();
    this.kind = ElementKind.of(type);
    this.place = place;
  }

  /**
   * Writes a value.
   *
   * @param schema of the value, which fits the input
   * @throws io.millrace.tensor.RecordException WRONG_TYPE or WRONG_SHAPE if the value does not
   */
  static void write(Schema schema, Object value, TensorWriter writer, String place) {
    AvroTensors tensors = new AvroTensors(writer, place);
    Shape shape = writer.rowShape();
    if (!shape.isFullyKnown()) {
      ListShape found = new ListShape(shape, RecordLimits.UNBOUNDED.maxNestingDepth(), place);
      measure(found, value, 0);
      shape = found.of(tensors.kind);
      writer.shape(shape.dimensions());
    }
    tensors.list(schema, value, shape, 0);
  }

  private static void measure(ListShape shape, @Nullable Object value, int depth) {
    if (value instanceof Collection<?> list && shape.enter(depth)) {
      for (Object element : list) {
        measure(shape, element, depth + 1);
      }
      shape.leave(depth, list.size());
    } else if (value instanceof IndexedRecord record && shape.enter(depth)) {
      int size = record.getSchema().getFields().size();
      for (int i = 0; i < size; i++) {
        measure(shape, record.get(i), depth + 1);
      }
      shape.leave(depth, size);
    }
  }

  private void list(Schema schema, @Nullable Object value, Shape shape, int depth) {
    if (depth == shape.rank()) {
      element(schema, value);
      return;
    }
    long expected = shape.dimension(depth);
    int count = 0;
    int size;
    if (value instanceof Collection<?> list) {
      size = list.size();
      Schema elements = AvroFit.branch(schema, value).getElementType();
      if (depth + 1 == shape.rank() && isPlain(elements)) {
        floats(list, (int) Math.min(size, expected));
      } else {
        for (Object element : list) {
          if (count++ < expected) {
            list(elements, element, shape, depth + 1);
          }
        }
      }
    } else if (value instanceof IndexedRecord record) {
      List<Schema.Field> fields = record.getSchema().getFields();
      size = fields.size();
      while (count < size && count < expected) {
        list(fields.get(count).schema(), record.get(count++), shape, depth + 1);
      }
    } else {
      throw ElementErrors.noList(shape, place, depth, AvroElements.kind(value));
    }
    if (size != expected) {
      throw ElementErrors.wrongLength(shape, place, depth, size);
    }
  }

  /** Whether elements are what the input has, of which none can be out of its range. */
  private boolean isPlain(Schema elements) {
    return elements.getType() == Schema.Type.FLOAT && type == ElementType.FLOAT32;
  }

  private void floats(Collection<?> list, int count) {
    if (list instanceof FloatArray floats) {
      writer.put(floats.values(), 0, count);
      return;
    }
    Iterator<?> elements = list.iterator();
    for (int i = 0; i < count; i++) {
      writer.put((float) elements.next());
    }
  }

  private void element(Schema schema, @Nullable Object value) {
    boolean isList = value instanceof Collection || value instanceof IndexedRecord;
    if (isList && kind != ElementKind.COMPLEX) {
      throw ElementErrors.tooDeep(writer.rowShape(), place);
    }
    switch (kind) {
      case REAL -> writer.put(AvroElements.real(schema, value, type, place));
      case INTEGER -> writer.put(AvroElements.integer(schema, value, type, place));
      case BOOLEAN -> writer.put(AvroElements.bool(value, place));
      case BYTES -> writer.put(AvroElements.bytes(value, place));
      case COMPLEX -> complex(schema, value);
      case RAW_ONLY -> throw new IllegalStateException("not written from Avro: " + type);
    }
  }

  private void complex(Schema schema, @Nullable Object value) {
    int count = 0;
    if (value instanceof Collection<?> list) {
      Schema parts = AvroFit.branch(schema, value).getElementType();
      for (Object part : list) {
        part(parts, part, count++);
      }
    } else if (value instanceof IndexedRecord record) {
      for (Schema.Field field : record.getSchema().getFields()) {
        part(field.schema(), record.get(field.pos()), count++);
      }
    } else {
      throw ElementErrors.wrongType(type, place, AvroElements.kind(value));
    }
    if (count < PARTS) {
      throw ElementErrors.notAPair(type, place);
    }
  }

  private void part(Schema schema, @Nullable Object value, int number) {
    if (number == PARTS) {
      throw ElementErrors.notAPair(type, place);
    }
    writer.put(AvroElements.real(schema, value, type, place));
  }
}
