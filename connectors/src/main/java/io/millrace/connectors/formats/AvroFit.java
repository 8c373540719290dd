package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Whether values of an Avro schema can be what an input wants: arrays, and records by the order of
 * their fields, are its dimensions.
 */
final class AvroFit {
  private AvroFit() {}

  /** What does not fit, or null. */
  static @Nullable String misfit(Schema schema, WantedField field) {
    ElementType type = field.type();
    if (type == null) {
      return null;
    }
    // As in JSON, a complex number is a list of two.
    int levels = ElementKind.of(type) == ElementKind.COMPLEX ? 1 : 0;
    boolean fits =
        field.row().hasRank()
            ? fits(schema, field.row(), 0, levels, type)
            : fitsAnyRank(schema, type);
    return fits
        ? null
        : "field '"
            + field.name()
            + "': expected "
            + field.expected()
            + ", the schema has "
            + describe(schema);
  }

  private static boolean fits(Schema schema, Shape row, int depth, int levels, ElementType type) {
    if (schema.isUnion()) {
      return branches(schema).stream().anyMatch(it -> fits(it, row, depth, levels, type));
    }
    if (depth == row.rank() + levels) {
      return fitsElement(schema, type);
    }
    long length = depth < row.rank() ? row.dimension(depth) : 2;
    return switch (schema.getType()) {
      case ARRAY -> fits(schema.getElementType(), row, depth + 1, levels, type);
      case RECORD ->
          (length == Shape.UNKNOWN || length == schema.getFields().size())
              && schema.getFields().stream()
                  .allMatch(it -> fits(it.schema(), row, depth + 1, levels, type));
      default -> false;
    };
  }

  private static boolean fitsAnyRank(Schema schema, ElementType type) {
    return switch (schema.getType()) {
      case UNION -> branches(schema).stream().anyMatch(it -> fitsAnyRank(it, type));
      case ARRAY -> fitsAnyRank(schema.getElementType(), type);
      case RECORD ->
          schema.getFields().stream().allMatch(field -> fitsAnyRank(field.schema(), type));
      default -> fitsElement(schema, type);
    };
  }

  private static boolean fitsElement(Schema schema, ElementType type) {
    return switch (ElementKind.of(type)) {
      case REAL, COMPLEX ->
          switch (schema.getType()) {
            case FLOAT, DOUBLE, INT, LONG -> true;
            default -> false;
          };
      case INTEGER -> schema.getType() == Schema.Type.INT || schema.getType() == Schema.Type.LONG;
      case BOOLEAN -> schema.getType() == Schema.Type.BOOLEAN;
      case BYTES ->
          switch (schema.getType()) {
            case STRING, BYTES, FIXED, ENUM -> true;
            default -> false;
          };
      case RAW_ONLY -> false;
    };
  }

  /** Whether a value may be nested as deep as it likes. */
  static boolean isRecursive(Schema schema) {
    return isRecursive(schema, new HashSet<>(), new HashSet<>());
  }

  private static boolean isRecursive(Schema schema, Set<String> around, Set<String> seen) {
    return switch (schema.getType()) {
      case UNION -> schema.getTypes().stream().anyMatch(it -> isRecursive(it, around, seen));
      case ARRAY -> isRecursive(schema.getElementType(), around, seen);
      case MAP -> isRecursive(schema.getValueType(), around, seen);
      case RECORD -> {
        String name = schema.getFullName();
        if (!around.add(name)) {
          yield true;
        }
        boolean recursive =
            seen.add(name)
                && schema.getFields().stream()
                    .anyMatch(field -> isRecursive(field.schema(), around, seen));
        around.remove(name);
        yield recursive;
      }
      default -> false;
    };
  }

  /** Those of a union that are values. */
  static List<Schema> branches(Schema union) {
    return union.getTypes().stream().filter(it -> it.getType() != Schema.Type.NULL).toList();
  }

  /** The schema of a value, of those of a union. */
  static Schema branch(Schema schema, Object value) {
    if (!schema.isUnion()) {
      return schema;
    }
    List<Schema> types = schema.getTypes();
    // Most are of null and one other; to compare a value with each costs more than reading it.
    if (types.size() == 2) {
      if (types.get(0).getType() == Schema.Type.NULL) {
        return types.get(1);
      }
      if (types.get(1).getType() == Schema.Type.NULL) {
        return types.get(0);
      }
    }
    return types.get(GenericData.get().resolveUnion(schema, value));
  }

  private static String describe(Schema schema) {
    return switch (schema.getType()) {
      case UNION -> String.join(" or ", branches(schema).stream().map(AvroFit::describe).toList());
      case ARRAY -> "array of " + describe(schema.getElementType());
      case RECORD -> "record of " + schema.getFields().size() + " fields";
      default -> schema.getType().getName();
    };
  }
}
