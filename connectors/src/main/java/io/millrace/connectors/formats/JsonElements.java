package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads the element that the parser stands on, checked against a type. {@code place} is the input
 * or field that it is for; messages name it, the type and the kind of value, never the value.
 */
final class JsonElements {
  private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

  private JsonElements() {}

  /** A real number, in range; a double that the type's rounding leaves finite. */
  static double real(JsonParser parser, ElementType type, String place) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
      double value = parser.getDoubleValue();
      if (Double.isInfinite(value) || !ElementRange.holdsReal(type, value)) {
        throw ElementErrors.outOfRange(type, place);
      }
      return value;
    }
    Double notFinite = token == JsonToken.VALUE_STRING ? notFinite(parser.getText()) : null;
    if (notFinite == null) {
      throw wrongType(parser, type, place);
    }
    return notFinite;
  }

  /** What JSON has no numbers for, by its name, or null. */
  static @Nullable Double notFinite(CharSequence text) {
    return switch (text.toString()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> null;
    };
  }

  /** An integer, in range; {@code uint64} as its 64 bits. */
  static long integer(JsonParser parser, ElementType type, String place) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrongType(parser, type, place);
    }
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      BigInteger value = parser.getBigIntegerValue();
      if (type == ElementType.UINT64 && value.signum() > 0 && value.compareTo(TWO_TO_64) < 0) {
        return value.longValue();
      }
      throw ElementErrors.outOfRange(type, place);
    }
    long value = parser.getLongValue();
    if (!ElementRange.holdsInteger(type, value)) {
      throw ElementErrors.outOfRange(type, place);
    }
    return value;
  }

  static boolean bool(JsonParser parser, String place) {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrongType(parser, ElementType.BOOL, place);
    };
  }

  /** Bytes: a string's UTF-8, or what {@code {"b64": ...}} holds. */
  static byte[] bytes(JsonParser parser, String place) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText().getBytes(StandardCharsets.UTF_8);
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrongType(parser, ElementType.STRING, place);
    }
    boolean named = "b64".equals(parser.nextFieldName());
    if (!named || parser.nextToken() != JsonToken.VALUE_STRING) {
      throw notBase64(place);
    }
    byte[] bytes = decoded(parser);
    if (bytes == null || parser.nextToken() != JsonToken.END_OBJECT) {
      throw notBase64(place);
    }
    return bytes;
  }

  private static byte @Nullable [] decoded(JsonParser parser) throws IOException {
    String text = parser.getText();
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  private static RecordException notBase64(String place) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        place + ": expected a string or {\"b64\": base64}, got an object that is not that");
  }

  static RecordException wrongType(JsonParser parser, ElementType type, String place) {
    return ElementErrors.wrongType(type, place, kind(parser));
  }

  /** What the parser stands on, in words. */
  static String kind(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case END_ARRAY, END_OBJECT, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("not a value: " + token);
    };
  }
}
