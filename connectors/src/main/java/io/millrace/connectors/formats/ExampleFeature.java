package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TensorWriter;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The {@code tensorflow.Feature} of one name in the present record: a list of floats, integers or
 * strings. Its arrays are reused from record to record. Not thread-safe.
 */
final class ExampleFeature {
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int VALUES = WireScanner.delimitedTag(1);
  private static final int ONE_FLOAT = WireScanner.fixed32Tag(1);
  private static final int ONE_INTEGER = WireScanner.varintTag(1);

  /** Twice as many still fit an array. */
  private static final int MAX_VALUES = 1 << 28;

  /** Which of its lists a feature has. */
  private enum Kind {
    NONE("nothing"),
    BYTES("a bytes_list"),
    FLOATS("a float_list"),
    INTEGERS("an int64_list");

    final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private final String place;
  private Kind kind = Kind.NONE;
  private int count;
  private float[] floats = {};

  /** Integers; of a string where its bytes begin and end. */
  private long[] longs = {};

  /**
   * @param place how messages name it
   */
  ExampleFeature(String place) {
    this.place = place;
  }

  /** Forgets what was read. */
  void clear() {
    kind = Kind.NONE;
    count = 0;
  }

  /** Whether the record has a list for it, be it empty. */
  boolean isPresent() {
    return kind != Kind.NONE;
  }

  /** How many values there are. */
  int count() {
    return kind == Kind.BYTES ? count / 2 : count;
  }

  /** Adds what a message says that ends here; of different lists, the last one counts. */
  void merge(WireScanner wire, int end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == WireScanner.delimitedTag(1)) {
        begin(Kind.BYTES);
        strings(wire, wire.delimited(end));
      } else if (tag == WireScanner.delimitedTag(2)) {
        begin(Kind.FLOATS);
        floats(wire, wire.delimited(end));
      } else if (tag == WireScanner.delimitedTag(3)) {
        begin(Kind.INTEGERS);
        integers(wire, wire.delimited(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void begin(Kind list) {
    if (kind != list) {
      kind = list;
      count = 0;
    }
  }

  private void strings(WireScanner wire, int end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == VALUES) {
        int to = wire.delimited(end);
        hold(wire.position());
        hold(to);
        wire.moveTo(to);
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void floats(WireScanner wire, int end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == VALUES) {
        packed(wire, wire.delimited(end));
      } else if (tag == ONE_FLOAT) {
        makeRoom(1);
        floats[count++] = (float) FLOATS.get(wire.bytes(), wire.fixed32(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void packed(WireScanner wire, int end) {
    byte[] bytes = wire.bytes();
    int from = wire.position();
    int values = (end - from) / Float.BYTES;
    if (from + values * Float.BYTES != end) {
      throw wire.malformed("a packed float is cut off");
    }
    makeRoom(values);
    for (int i = 0; i < values; i++) {
      floats[count + i] = (float) FLOATS.get(bytes, from + i * Float.BYTES);
    }
    count += values;
    wire.moveTo(end);
  }

  private void makeRoom(int values) {
    if (values > floats.length - count) {
      floats = Arrays.copyOf(floats, Math.max(count + values, grown(floats.length)));
    }
  }

  private void integers(WireScanner wire, int end) {
    while (wire.position() < end) {
      int tag = wire.tag(end);
      if (tag == VALUES) {
        int to = wire.delimited(end);
        while (wire.position() < to) {
          hold(wire.varint(to));
        }
      } else if (tag == ONE_INTEGER) {
        hold(wire.varint(end));
      } else {
        wire.skip(tag, end);
      }
    }
  }

  private void hold(long value) {
    if (count == longs.length) {
      longs = Arrays.copyOf(longs, grown(count));
    }
    longs[count++] = value;
  }

  private int grown(int length) {
    if (length > MAX_VALUES) {
      throw new RecordException(
          RecordReason.TOO_LARGE, place + ": more than " + MAX_VALUES + " values");
    }
    return Math.max(16, 2 * length);
  }

  /**
   * Checks that there is one value, and in the right list.
   *
   * @throws RecordException WRONG_TYPE or WRONG_SHAPE if not
   */
  void requireOne(ElementType type) {
    requireKind(type);
    if (count() != 1) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE, place + ": expected one value, got " + count());
    }
  }

  float real(int index, ElementType type) {
    float value = floats[index];
    if (!ElementRange.holdsReal(type, value)) {
      throw outOfRange(type);
    }
    return value;
  }

  long integer(int index, ElementType type) {
    long value = longs[index];
    boolean fits =
        type == ElementType.BOOL
            ? value == 0 || value == 1
            : ElementRange.holdsInteger(type, value);
    if (!fits) {
      throw outOfRange(type);
    }
    return value;
  }

  /** Where a string begins in the record. */
  int start(int index) {
    return (int) longs[2 * index];
  }

  /** Where a string ends in the record. */
  int end(int index) {
    return (int) longs[2 * index + 1];
  }

  /**
   * Writes its values: one as it is, several as an array. NaN and infinities are strings, strings
   * that are not UTF-8 {@code {"b64": ...}}.
   */
  void write(JsonGenerator json, byte[] record, JsonBytes strings, JsonFloats reals)
      throws IOException {
    boolean several = count() != 1;
    if (several) {
      json.writeStartArray();
    }
    for (int i = 0; i < count(); i++) {
      switch (kind) {
        case NONE -> {}
        case BYTES -> strings.write(json, Arrays.copyOfRange(record, start(i), end(i)));
        case FLOATS -> reals.write(json, floats[i]);
        case INTEGERS -> json.writeNumber(longs[i]);
      }
    }
    if (several) {
      json.writeEndArray();
    }
  }

  private RecordException outOfRange(ElementType type) {
    return new RecordException(
        RecordReason.WRONG_TYPE, place + ": the number is out of the range of " + type);
  }

  /**
   * Checks which list the record has.
   *
   * @throws RecordException WRONG_TYPE if the type takes another
   */
  void requireKind(ElementType type) {
    Kind wanted =
        switch (ElementKind.of(type)) {
          case REAL -> Kind.FLOATS;
          case INTEGER, BOOLEAN -> Kind.INTEGERS;
          case BYTES -> Kind.BYTES;
          case COMPLEX, RAW_ONLY -> Kind.NONE;
        };
    if (kind != wanted) {
      throw new RecordException(
          RecordReason.WRONG_TYPE,
          place
              + ": expected "
              + (wanted == Kind.NONE ? "another format for " : wanted.text + " for ")
              + type
              + ", got "
              + kind.text);
    }
  }

  /** Writes all strings. */
  void putStrings(TensorWriter writer, byte[] record) {
    for (int i = 0; i < count; i += 2) {
      writer.putBytes(record, (int) longs[i], (int) (longs[i + 1] - longs[i]));
    }
  }

  /** Writes all reals: in bulk where the type is the one that they have. */
  void putReals(TensorWriter writer, ElementType type) {
    if (type == ElementType.FLOAT32) {
      writer.put(floats, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      writer.put((double) real(i, type));
    }
  }
}
