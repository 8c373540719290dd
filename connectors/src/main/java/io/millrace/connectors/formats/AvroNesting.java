package io.millrace.connectors.formats;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * How deep the values of a schema are nested. Avro 1.11.4 passes over records within records
 * without the stack, but goes one call deeper for each array and map around.
 */
final class AvroNesting {
  private static final int MAX_DEPTH = 256;

  private AvroNesting() {}

  /** Whether values may have arrays or maps around each other as deep as they like. */
  static boolean isEndless(Schema schema) {
    return isEndless(schema, new HashMap<>(), new HashSet<>(), 0);
  }

  /**
   * @param around the records around the schema, each with how many arrays and maps are around it
   */
  private static boolean isEndless(
      Schema schema, Map<String, Integer> around, Set<String> seen, int levels) {
    return switch (schema.getType()) {
      case UNION -> schema.getTypes().stream().anyMatch(it -> isEndless(it, around, seen, levels));
      case ARRAY -> isEndless(schema.getElementType(), around, seen, levels + 1);
      case MAP -> isEndless(schema.getValueType(), around, seen, levels + 1);
      case RECORD -> {
        String name = schema.getFullName();
        Integer outer = around.get(name);
        if (outer != null) {
          yield levels > outer;
        }
        around.put(name, levels);
        boolean endless =
            seen.add(name)
                && schema.getFields().stream()
                    .anyMatch(field -> isEndless(field.schema(), around, seen, levels));
        around.remove(name);
        yield endless;
      }
      default -> false;
    };
  }

  /**
   * Passes over a value.
   *
   * @throws io.millrace.tensor.RecordException MALFORMED if it is nested deeper than there is stack
   */
  static void check(Schema schema, BoundedDecoder decoder) throws IOException {
    pass(schema, decoder, 0);
  }

  private static void pass(Schema schema, BoundedDecoder decoder, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw decoder.malformed("nested deeper than " + MAX_DEPTH + " levels");
    }
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          pass(field.schema(), decoder, depth + 1);
        }
      }
      case ARRAY -> {
        for (long n = decoder.skipArray(); n > 0; n = decoder.skipArray()) {
          for (long i = 0; i < n; i++) {
            pass(schema.getElementType(), decoder, depth + 1);
          }
        }
      }
      case MAP -> {
        for (long n = decoder.skipMap(); n > 0; n = decoder.skipMap()) {
          for (long i = 0; i < n; i++) {
            decoder.skipString();
            pass(schema.getValueType(), decoder, depth + 1);
          }
        }
      }
      case UNION -> pass(schema.getTypes().get(decoder.readIndex()), decoder, depth);
      case FIXED -> decoder.skipFixed(schema.getFixedSize());
      case STRING -> decoder.skipString();
      case BYTES -> decoder.skipBytes();
      case INT -> decoder.readInt();
      case ENUM -> decoder.readEnum();
      case LONG -> decoder.readLong();
      case FLOAT -> decoder.readFloat();
      case DOUBLE -> decoder.readDouble();
      case BOOLEAN -> decoder.readBoolean();
      case NULL -> decoder.readNull();
    }
  }
}
