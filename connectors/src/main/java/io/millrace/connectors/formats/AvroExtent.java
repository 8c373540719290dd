package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** Schemas that come from elsewhere, before Avro's resolver, which trusts them, gets them. */
final class AvroExtent {
  // Records within records are copied wherever they are used: thirty of two fields each, each of
  // the next one's type, would be a billion.
  private static final int MAX_FIELDS = 1 << 16;
  private static final ObjectMapper JSON = new ObjectMapper();

  private AvroExtent() {}

  /** Refuses a schema of more fields than anything has, records counted wherever they are used. */
  static void check(Schema schema) throws UnfitSchemaException {
    check(schema, Integer.MAX_VALUE);
  }

  /**
   * Refuses also what is fixed to more bytes than a value has: Avro makes room for it at once.
   *
   * @param maxBytes that a value has
   */
  static void check(Schema schema, int maxBytes) throws UnfitSchemaException {
    Map<String, Integer> counted = new HashMap<>();
    int fields = count(schema, counted, maxBytes);
    if (fields > MAX_FIELDS) {
      throw new UnfitSchemaException(
          List.of("it has more than " + MAX_FIELDS + " fields with those of nested records"));
    }
  }

  private static int count(Schema schema, Map<String, Integer> counted, int maxBytes)
      throws UnfitSchemaException {
    return switch (schema.getType()) {
      case RECORD -> {
        Integer known = counted.putIfAbsent(schema.getFullName(), 1);
        if (known != null) {
          yield known;
        }
        int sum = 1;
        for (Schema.Field field : schema.getFields()) {
          sum = Math.min(MAX_FIELDS + 1, sum + count(field.schema(), counted, maxBytes));
        }
        counted.put(schema.getFullName(), sum);
        yield sum;
      }
      case UNION -> {
        int sum = 0;
        for (Schema branch : schema.getTypes()) {
          sum = Math.min(MAX_FIELDS + 1, sum + count(branch, counted, maxBytes));
        }
        yield sum;
      }
      case ARRAY -> count(schema.getElementType(), counted, maxBytes);
      case MAP -> count(schema.getValueType(), counted, maxBytes);
      case FIXED -> {
        if (schema.getFixedSize() > maxBytes) {
          throw new UnfitSchemaException(
              List.of(
                  "'%s' is fixed to %d bytes: expected at most the %d that a record may have"
                      .formatted(schema.getFullName(), schema.getFixedSize(), maxBytes)));
        }
        yield 1;
      }
      default -> 1;
    };
  }

  /**
   * The schema without defaults and aliases, which matter only to one that is read with, and for
   * which Avro would copy it, checking defaults that its parser has let pass.
   *
   * @throws UnfitSchemaException if its JSON, in which each type stands where it is used first, is
   *     beyond a limit, as records of one another may be whose own JSON was flat
   */
  static Schema plain(Schema schema) throws UnfitSchemaException {
    try {
      JsonNode json = JSON.readTree(schema.toString());
      strip(json);
      return new Schema.Parser().parse(json.toString());
    } catch (AvroRuntimeException | JsonProcessingException e) {
      throw new UnfitSchemaException(
          List.of(
              "with each type in its place, it cannot be written and parsed: it may be nested too"
                  + " deep"));
    }
  }

  private static void strip(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(List.of("default", "aliases"));
    }
    node.forEach(AvroExtent::strip);
  }
}
