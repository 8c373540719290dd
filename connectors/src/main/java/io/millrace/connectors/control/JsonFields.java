package io.millrace.connectors.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.flink.JsonPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, read strictly: each of its own type, absent and null alike. Every
 * getter throws {@link IllegalArgumentException} naming the field and what it has to be.
 */
final class JsonFields {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String path;
  private final JsonNode object;

  private JsonFields(String path, JsonNode object) {
    this.path = path;
    this.object = object;
  }

  static ObjectNode newObject() {
    return MAPPER.createObjectNode();
  }

  static byte[] write(ObjectNode object) {
    try {
      return MAPPER.writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing JSON to memory failed", e);
    }
  }

  static JsonFields parse(byte[] json) {
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // Jackson's own message may quote the text, so only the place is taken from it.
      throw new IllegalArgumentException("not JSON" + JsonPlace.of(e.getLocation()));
    } catch (IOException e) {
      // Nothing is read but the array: Jackson guessed UTF-16 or UTF-32 and the bytes are neither.
      throw new IllegalArgumentException("not JSON: not UTF-8");
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException("not a JSON object");
    }
    return new JsonFields("", node);
  }

  /** The object at this field. */
  JsonFields object(String name) {
    JsonNode node = required(name);
    if (!node.isObject()) {
      throw wrong(name, "an object");
    }
    return new JsonFields(path + name + ".", node);
  }

  String text(String name) {
    JsonNode node = required(name);
    if (!node.isTextual()) {
      throw wrong(name, "a string");
    }
    return node.textValue();
  }

  @Nullable String textOrNull(String name) {
    return has(name) ? text(name) : null;
  }

  long integer(String name) {
    JsonNode node = required(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(name, "an integer");
    }
    return node.longValue();
  }

  double number(String name) {
    JsonNode node = required(name);
    if (!node.isNumber()) {
      throw wrong(name, "a number");
    }
    return node.doubleValue();
  }

  boolean bool(String name) {
    JsonNode node = required(name);
    if (!node.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return node.booleanValue();
  }

  Instant instant(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw wrong(name, "a time such as 2026-01-31T00:00:00Z");
    }
  }

  boolean has(String name) {
    return object.hasNonNull(name);
  }

  private JsonNode required(String name) {
    JsonNode node = object.get(name);
    if (node == null || node.isNull()) {
      throw new IllegalArgumentException("field '" + path + name + "' is absent");
    }
    return node;
  }

  IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException("field '" + path + name + "': expected " + expected);
  }
}
