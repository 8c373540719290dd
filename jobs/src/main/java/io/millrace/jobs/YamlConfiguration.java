package io.millrace.jobs;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;

/**
 * Reads a job's YAML file: sections become dotted keys, every key is known, every value is allowed.
 * A value is what is written: 010 is no 8 and "off" no false, as YAML 1.1 has it.
 *
 * <pre>{@code
 * Configuration configuration =
 *     YamlConfiguration.read(Path.of("fraud.yaml"), Map.of("batching.max-batch-size", "64"));
 * }</pre>
 */
public final class YamlConfiguration {
  private static final YAMLFactory YAML =
      YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** What the parser quotes of the text. */
  private static final Pattern NAMED = Pattern.compile("(alias|anchor|handle|tag|prefix) .*");

  private YamlConfiguration() {}

  /**
   * Reads the file and lays the overrides over it.
   *
   * @param overrides dotted key to value, a list or map in YAML's flow form
   * @throws ConfigurationException if the file cannot be read, a key is unknown or a value is not
   *     allowed
   */
  public static Configuration read(Path file, Map<String, String> overrides)
      throws ConfigurationException {
    return read(file, overrides, Settings.ALL);
  }

  /**
   * As {@link #read(Path, Map)}.
   *
   * @param known the keys that there are
   */
  static Configuration read(Path file, Map<String, String> overrides, List<Setting<?>> known)
      throws ConfigurationException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException("configuration '" + file + "' does not exist", e);
    } catch (IOException e) {
      throw new ConfigurationException("cannot read configuration '" + file + "': " + e, e);
    }
    return parse(text, file.toString(), overrides, known);
  }

  /**
   * A configuration of keys and values alone.
   *
   * @throws ConfigurationException if a key is unknown or a value is not allowed
   */
  public static Configuration of(Map<String, String> values) throws ConfigurationException {
    return parse("", "options", values);
  }

  static Configuration parse(String yaml, String where, Map<String, String> overrides)
      throws ConfigurationException {
    return parse(yaml, where, overrides, Settings.ALL);
  }

  static Configuration parse(
      String yaml, String where, Map<String, String> overrides, List<Setting<?>> known)
      throws ConfigurationException {
    Configuration configuration = new Configuration();
    JsonNode root;
    try {
      root = tree(yaml);
    } catch (JsonProcessingException e) {
      // Not as the cause: it quotes the lines around, which may hold credentials.
      throw new ConfigurationException(where + ": " + firstLine(e));
    }
    if (!root.isObject() && !root.isMissingNode() && !root.isNull()) {
      throw new ConfigurationException(
          where + ": expected sections such as kafka:, input:, model:");
    }
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      put(configuration, entry.getKey(), entry.getValue(), known);
    }
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      put(configuration, override.getKey(), flow(override.getValue()), known);
    }
    return configuration;
  }

  private static void put(Configuration target, String key, JsonNode value, List<Setting<?>> known)
      throws ConfigurationException {
    Setting<?> setting = Settings.of(known, key);
    if (setting != null) {
      setting.put(target, value);
    } else if (!putInto(target, key, value, known)) {
      boolean section = known.stream().anyMatch(each -> each.key().startsWith(key + "."));
      // A section without content is null, or an empty text at the end of the file.
      boolean empty =
          value.isObject() ? value.isEmpty() : !value.isArray() && value.asText("").isEmpty();
      if (empty ? !section : !value.isObject()) {
        throw new ConfigurationException(
            "unknown key " + name(key) + ": " + Settings.suggestion(known, key));
      }
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        put(target, key + "." + entry.getKey(), entry.getValue(), known);
      }
    }
  }

  // A line that lost its indentation or a quote makes a key of what may be a credential.
  private static String name(String key) {
    return key.replaceAll("[^A-Za-z0-9._-](?s:.*)", "...");
  }

  // kafka.properties.security.protocol=SSL adds one entry to the map.
  private static boolean putInto(
      Configuration target, String key, JsonNode value, List<Setting<?>> known)
      throws ConfigurationException {
    for (Setting<?> setting : known) {
      if (setting.isMap() && key.startsWith(setting.key() + ".")) {
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        if (target.get(setting.option()) instanceof Map<?, ?> present) {
          present.forEach((k, v) -> merged.put(k.toString(), v.toString()));
        }
        merged.set(key.substring(setting.key().length() + 1), value);
        setting.put(target, merged);
        return true;
      }
    }
    return false;
  }

  private static JsonNode flow(String value) {
    // Only brackets are YAML: "15 min", "host:9092" and "a # b" are meant as they stand.
    if (value.startsWith("[") || value.startsWith("{")) {
      try {
        return tree(value);
      } catch (JsonProcessingException e) {
        return TextNode.valueOf(value);
      }
    }
    return TextNode.valueOf(value);
  }

  /** The first document; missing where there is none. Its values are texts, or null. */
  private static JsonNode tree(String yaml) throws JsonProcessingException {
    try (JsonParser parser = YAML.createParser(yaml)) {
      return parser.nextToken() == null ? MissingNode.getInstance() : node(parser);
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("reading a text failed", e);
    }
  }

  // The parser bounds how deep.
  private static JsonNode node(JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
          parser.nextToken();
          object.set(key, node(parser));
        }
        return object;
      }
      case START_ARRAY -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(node(parser));
        }
        return array;
      }
      case VALUE_NULL -> {
        return NullNode.getInstance();
      }
      default -> {
        return TextNode.valueOf(parser.getText());
      }
    }
  }

  private static String firstLine(JsonProcessingException e) {
    String location = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
    String problem = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
    return location + NAMED.matcher(problem).replaceFirst("$1");
  }
}
