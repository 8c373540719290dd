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
import io.millrace.model.Manifest;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.Signature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Manifests as JSON of format 1. Unknown fields are ignored, other formats refused. */
final class ManifestJson {
  private static final long FORMAT = 1;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ManifestJson() {}

  static byte[] write(Manifest manifest) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("model", manifest.version().model()).put("version", manifest.version().version());
    ArrayNode files = root.putArray("files");
    for (Manifest.File file : manifest.files()) {
      files
          .addObject()
          .put("path", file.path())
          .put("size", file.size())
          .put("sha256", file.sha256());
    }
    root.put("digest", manifest.version().digest());
    root.put("tensorflow-version", manifest.tensorFlowVersion());
    ObjectNode signatures = root.putObject("signatures");
    for (Signature signature : manifest.signatures()) {
      SignatureJson.put(signatures.putObject(signature.name()), signature);
    }
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing JSON to memory failed", e);
    }
  }

  /**
   * Reads a manifest as it is written; that its digest is the one of its files is not checked.
   *
   * @throws IllegalArgumentException naming the field and what it has to be
   */
  static Manifest read(byte[] json) {
    JsonNode root = parse(json);
    long format = integer(root, "format");
    if (format != FORMAT) {
      throw new IllegalArgumentException("format " + format + ": expected " + FORMAT);
    }
    return new Manifest(
        new ModelVersion(text(root, "model"), integer(root, "version"), text(root, "digest")),
        files(root.path("files")),
        text(root, "tensorflow-version"),
        signatures(root.path("signatures")));
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

  private static List<Manifest.File> files(JsonNode list) {
    if (!list.isArray()) {
      throw new IllegalArgumentException("field 'files': expected a list");
    }
    List<Manifest.File> files = new ArrayList<>();
    for (JsonNode file : list) {
      try {
        files.add(
            new Manifest.File(text(file, "path"), integer(file, "size"), text(file, "sha256")));
      } catch (IllegalArgumentException e) {
        throw in("files[" + files.size() + "]", e);
      }
    }
    return files;
  }

  private static List<Signature> signatures(JsonNode object) {
    if (!object.isObject()) {
      throw new IllegalArgumentException("field 'signatures': expected an object");
    }
    List<Signature> signatures = new ArrayList<>();
    for (Map.Entry<String, JsonNode> signature : object.properties()) {
      try {
        signatures.add(SignatureJson.read(signature.getKey(), signature.getValue()));
      } catch (IllegalArgumentException e) {
        throw in("signatures." + signature.getKey(), e);
      }
    }
    return signatures;
  }

  private static IllegalArgumentException in(String place, IllegalArgumentException e) {
    return new IllegalArgumentException("in " + place + ": " + e.getMessage(), e);
  }

  private static String text(JsonNode object, String name) {
    JsonNode node = object.path(name);
    if (!node.isTextual()) {
      throw new IllegalArgumentException("field '" + name + "': expected a string");
    }
    return node.textValue();
  }

  private static long integer(JsonNode object, String name) {
    JsonNode node = object.path(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException("field '" + name + "': expected an integer");
    }
    return node.longValue();
  }
}
