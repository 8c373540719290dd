package io.millrace.connectors.formats;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * How deep the values of a schema are nested. Avro 1.11.4 passes over records within records
 * without the stack, but goes one call deeper for each array and map around.
 */
final class AvroNesting {
  private static final int MAX_DEPTH = 256;

  private AvroNesting() {}

  /** Whether a value may be nested as deep as it likes, by arrays or maps perhaps. */
  static boolean isEndless(Schema schema) {
    return AvroFit.isRecursive(schema) && hasItems(schema, new HashSet<>());
  }

  private static boolean hasItems(Schema schema, Set<String> seen) {
    return switch (schema.getType()) {
      case ARRAY, MAP -> true;
      case UNION -> schema.getTypes().stream().anyMatch(it -> hasItems(it, seen));
      case RECORD ->
          seen.add(schema.getFullName())
              && schema.getFields().stream().anyMatch(field -> hasItems(field.schema(), seen));
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
