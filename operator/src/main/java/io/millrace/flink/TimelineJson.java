package io.millrace.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.serving.ModelTimeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Timelines as JSON of format 1. Unknown fields are ignored, other formats refused. */
final class TimelineJson {
  private static final long FORMAT = 1;
  private static final int SHOWN_CHARACTERS = 60;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private TimelineJson() {}

  /**
   * A timeline as it is stored.
   *
   * @param number how often it was written
   */
  record Revision(long number, ModelTimeline timeline) {}

  static byte[] write(Revision revision) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT).put("model", revision.timeline().model());
    root.put("revision", revision.number());
    ArrayNode versions = root.putArray("versions");
    for (Publish entry : revision.timeline().entries()) {
      ObjectNode version = versions.addObject();
      version.put("effective-from", String.valueOf(entry.effectiveFrom()));
      version.put("version", entry.version()).put("uri", entry.uri().toString());
      if (entry.digest() != null) {
        version.put("digest", entry.digest());
      }
      version.put("sequence", entry.sequence());
    }
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing JSON to memory failed", e);
    }
  }

  /**
   * @throws IllegalArgumentException saying where, what it is and what it has to be
   * @throws ModelException where the commands contradict each other
   */
  static Revision read(byte[] json) throws ModelException {
    JsonNode root = parse(json);
    long format = integer(root, "format");
    if (format != FORMAT) {
      throw new IllegalArgumentException("format " + format + ": expected " + FORMAT);
    }
    String model = text(root, "model");
    JsonNode versions = root.path("versions");
    if (!versions.isArray()) {
      throw wrong(versions, "versions", "a list");
    }
    List<Publish> entries = new ArrayList<>();
    for (JsonNode version : versions) {
      try {
        entries.add(entry(model, version));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "in versions[" + entries.size() + "]: " + e.getMessage(), e);
      }
    }
    return new Revision(integer(root, "revision"), ModelTimeline.of(model, entries));
  }

  private static Publish entry(String model, JsonNode json) {
    return new Publish(
        model,
        integer(json, "version"),
        uri(json),
        json.hasNonNull("digest") ? text(json, "digest") : null,
        integer(json, "sequence"),
        true,
        time(json));
  }

  private static JsonNode parse(byte[] json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // Jackson's own message may quote the text, so only the place is taken from it.
      throw new IllegalArgumentException("not JSON" + JsonPlace.of(e.getLocation()));
    } catch (IOException e) {
      // Nothing is read but the array: Jackson guessed UTF-16 or UTF-32 and the bytes are neither.
      throw new IllegalArgumentException("not JSON: not UTF-8");
    }
    if (!root.isObject()) {
      throw new IllegalArgumentException("not a JSON object");
    }
    return root;
  }

  private static Instant time(JsonNode object) {
    String name = "effective-from";
    try {
      return Instant.parse(text(object, name));
    } catch (DateTimeException e) {
      throw wrong(object.path(name), name, "a time such as 2026-01-31T00:00:00Z");
    }
  }

  private static URI uri(JsonNode object) {
    try {
      return new URI(text(object, "uri"));
    } catch (URISyntaxException e) {
      // The text is left out: a location may have credentials in it.
      throw new IllegalArgumentException(
          "field 'uri': expected a location such as hdfs:///models/fraud/7");
    }
  }

  private static String text(JsonNode object, String name) {
    JsonNode node = object.path(name);
    if (!node.isTextual()) {
      throw wrong(node, name, "a string");
    }
    return node.textValue();
  }

  private static long integer(JsonNode object, String name) {
    JsonNode node = object.path(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(node, name, "an integer");
    }
    return node.longValue();
  }

  private static IllegalArgumentException wrong(JsonNode node, String name, String expected) {
    String text = node.toString();
    String actual =
        node.isMissingNode()
            ? "nothing"
            : text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
    return new IllegalArgumentException(
        "field '" + name + "': expected " + expected + ", got " + actual);
  }
}
