package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.tensor.ElementType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Elements of decoded Avro values, checked against a type. That the schema fits is known; which
 * branch of a union a value is, is not, nor whether it is in range.
 */
final class AvroElements {
  private AvroElements() {}

  /** A real number, in range; a double that the type's rounding leaves finite. */
  static double real(Schema schema, @Nullable Object value, ElementType type, String place) {
    double real;
    if (value instanceof Float || value instanceof Double || value instanceof Integer) {
      real = ((Number) value).doubleValue();
    } else if (value instanceof Long number) {
      real = AvroTimes.millis(AvroFit.branch(schema, number), number);
    } else {
      // As in JSON, which has no numbers for them.
      Double notFinite = value instanceof CharSequence text ? JsonElements.notFinite(text) : null;
      if (notFinite == null) {
        throw ElementErrors.wrongType(type, place, kind(value));
      }
      return notFinite;
    }
    if (!ElementRange.holdsReal(type, real)) {
      throw ElementErrors.outOfRange(type, place);
    }
    return real;
  }

  /** An integer, in range; a time in milliseconds. */
  static long integer(Schema schema, @Nullable Object value, ElementType type, String place) {
    long integer;
    if (value instanceof Integer number) {
      integer = number;
    } else if (value instanceof Long number) {
      integer = AvroTimes.millis(AvroFit.branch(schema, number), number);
    } else {
      throw ElementErrors.wrongType(type, place, kind(value));
    }
    if (!ElementRange.holdsInteger(type, integer)) {
      throw ElementErrors.outOfRange(type, place);
    }
    return integer;
  }

  static boolean bool(@Nullable Object value, String place) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw ElementErrors.wrongType(ElementType.BOOL, place, kind(value));
  }

  /** Bytes, or the UTF-8 of a string or an enum's symbol. */
  static byte[] bytes(@Nullable Object value, String place) {
    if (value instanceof Utf8 text) {
      return Arrays.copyOf(text.getBytes(), text.getByteLength());
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] copy = new byte[buffer.remaining()];
      buffer.duplicate().get(copy);
      return copy;
    }
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    if (value instanceof CharSequence || value instanceof GenericEnumSymbol) {
      return value.toString().getBytes(UTF_8);
    }
    throw ElementErrors.wrongType(ElementType.STRING, place, kind(value));
  }

  /** What a value is, in the words for JSON. */
  static String kind(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Collection || value instanceof IndexedRecord) {
      return "a list";
    }
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof Boolean) {
      return "a boolean";
    }
    if (value instanceof Integer || value instanceof Long) {
      return "an integer";
    }
    return value instanceof Number ? "a number with a fraction" : "a string";
  }
}
