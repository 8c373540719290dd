package io.millrace.flink;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/**
 * Values of TensorFlow Serving's REST format: nested lists, {@code "NaN"} and the infinities as
 * strings, {@code {"b64": ...}} or strings for bytes, lists of two for complex numbers.
 */
final class JsonValues {
  private static final String BASE64 = "b64";

  private JsonValues() {}

  static boolean isBytes(JsonNode node) {
    return node.isObject() && node.size() == 1 && node.has(BASE64);
  }

  /**
   * Writes every input that is named.
   *
   * @throws RecordException if one does not fit
   */
  static void write(Map<String, JsonNode> inputs, Row row) {
    inputs.forEach((name, value) -> write(value, row.input(name)));
    for (String name : row.signature().inputNames()) {
      if (!inputs.containsKey(name)) {
        throw new RecordException(
            RecordReason.MISSING_FIELD, "input '" + name + "' is missing: got " + inputs.keySet());
      }
    }
  }

  private static void write(JsonNode value, TensorWriter writer) {
    Shape declared = writer.rowShape();
    long[] dimensions = declared.dimensions();
    JsonNode node = value;
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] == Shape.UNKNOWN) {
        dimensions[i] = node.size();
      }
      node = node.path(0);
    }
    writer.shape(dimensions);
    write(value, writer, dimensions, 0);
  }

  private static void write(JsonNode value, TensorWriter writer, long[] shape, int depth) {
    if (depth == shape.length) {
      writeElement(value, writer);
      return;
    }
    if (!value.isArray() || value.size() != shape[depth]) {
      throw new RecordException(
          RecordReason.WRONG_SHAPE,
          "input '"
              + writer.spec().name()
              + "': expected a list of "
              + shape[depth]
              + " at depth "
              + depth
              + ", got "
              + (value.isArray() ? "one of " + value.size() : kind(value)));
    }
    for (JsonNode element : value) {
      write(element, writer, shape, depth + 1);
    }
  }

  private static void writeElement(JsonNode value, TensorWriter writer) {
    ElementType type = writer.spec().type();
    try {
      switch (type) {
        case STRING -> writer.put(bytes(value));
        case BOOL -> writer.put(bool(value));
        case COMPLEX64, COMPLEX128 -> writer.put(part(value, 0)).put(part(value, 1));
        case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> writer.put(real(value));
        case FLOAT8_E5M2, FLOAT8_E4M3FN ->
            throw new IllegalArgumentException("there is no JSON form of " + type);
        default -> writer.put(integer(value, type));
      }
    } catch (IllegalArgumentException e) {
      throw new RecordException(
          RecordReason.WRONG_TYPE,
          "input '" + writer.spec().name() + "', " + type + ": " + e.getMessage());
    }
  }

  /** What a value is, for messages: nothing of a payload. */
  private static String kind(JsonNode value) {
    return "a JSON " + value.getNodeType().toString().toLowerCase(Locale.ROOT);
  }

  private static IllegalArgumentException wrong(String expected, JsonNode value) {
    return new IllegalArgumentException("expected " + expected + ", got " + kind(value));
  }

  /**
   * @throws IllegalArgumentException for anything else, as each of these
   */
  static double real(JsonNode value) {
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return switch (value.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw wrong("a number, \"NaN\", \"Infinity\" or \"-Infinity\"", value);
    };
  }

  /** The real or the imaginary part of a complex number. */
  static double part(JsonNode value, int index) {
    if (!value.isArray() || value.size() != 2) {
      throw wrong("a list of real and imaginary part", value);
    }
    return real(value.get(index));
  }

  /** An integer; for {@code uint64} its 64 bits. */
  static long integer(JsonNode value, ElementType type) {
    if (!value.isIntegralNumber()) {
      throw wrong("an integer", value);
    }
    BigInteger integer = value.bigIntegerValue();
    boolean fits =
        type == ElementType.UINT64
            ? integer.signum() >= 0 && integer.bitLength() <= Long.SIZE
            : integer.bitLength() < Long.SIZE;
    if (!fits) {
      throw new IllegalArgumentException("expected an integer in its range, got " + integer);
    }
    return integer.longValue();
  }

  static boolean bool(JsonNode value) {
    if (!value.isBoolean()) {
      throw wrong("true or false", value);
    }
    return value.booleanValue();
  }

  static byte[] bytes(JsonNode value) {
    if (value.isTextual()) {
      return value.textValue().getBytes(StandardCharsets.UTF_8);
    }
    if (!isBytes(value)) {
      throw wrong("a string or {\"b64\": ..}", value);
    }
    try {
      return Base64.getDecoder().decode(value.get(BASE64).asText());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected base 64: " + e.getMessage(), e);
    }
  }
}
