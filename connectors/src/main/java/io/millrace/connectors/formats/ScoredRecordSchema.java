package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * The output record as an Avro schema, which Parquet files are written by as well: {@code key},
 * {@code fields}, {@code predictions} and {@code model} as the JSON has them, typed by the
 * signature. A tensor is nested arrays, without the batch dimension; a carried field that is a
 * feature or an input has its type, any other is text.
 *
 * <pre>{@code
 * Schema schema = ScoredRecordSchema.of(signature, List.of("id", "amount"), Map.of("amount", FLOAT32));
 * }</pre>
 */
public final class ScoredRecordSchema {
  private static final String NAMESPACE = "io.millrace.scored";
  private static final int UINT64_DIGITS = 20;

  private ScoredRecordSchema() {}

  /**
   * The schema of what is written.
   *
   * @param carriedFields fields of the record that are copied, in order
   * @param features types of those fields that are features
   * @throws IllegalArgumentException if an output or a field of unknown rank has no type, or two
   *     names are one in Avro
   */
  public static Schema of(
      Signature signature, List<String> carriedFields, Map<String, ElementType> features) {
    int skipped = signature.hasBatchDimension() ? 1 : 0;
    Named predictions = new Named("Predictions");
    for (TensorSpec output : signature.outputs()) {
      predictions.add(output.name(), tensor("output", output, skipped));
    }
    Named fields = new Named("Fields");
    for (String name : carriedFields) {
      ElementType feature = features.get(name);
      int input = signature.inputIndex(name);
      Schema type = Schema.create(Schema.Type.STRING);
      if (feature != null) {
        type = element(feature);
      } else if (input >= 0) {
        type = tensor("input", signature.inputs().get(input), skipped);
      }
      fields.add(name, optional(type));
    }
    return record(
        "Scored",
        field("key", optional(Schema.create(Schema.Type.BYTES))),
        field("fields", fields.schema()),
        field("predictions", predictions.schema()),
        field(
            "model",
            record(
                "Model",
                field("name", Schema.create(Schema.Type.STRING)),
                field("version", Schema.create(Schema.Type.LONG)),
                field("digest", Schema.create(Schema.Type.STRING)))));
  }

  private static Schema tensor(String kind, TensorSpec spec, int skipped) {
    if (!spec.shape().hasRank()) {
      throw new IllegalArgumentException(
          "%s %s: expected a known rank, for a type in Avro".formatted(kind, spec));
    }
    Schema schema = element(spec.type());
    for (int i = skipped; i < spec.shape().rank(); i++) {
      schema = Schema.createArray(schema);
    }
    return schema;
  }

  private static Schema element(ElementType type) {
    return switch (ElementKind.of(type)) {
      case REAL ->
          Schema.create(type == ElementType.FLOAT64 ? Schema.Type.DOUBLE : Schema.Type.FLOAT);
      case RAW_ONLY -> Schema.create(Schema.Type.DOUBLE);
      case INTEGER -> integer(type);
      case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
      case BYTES -> Schema.create(Schema.Type.BYTES);
      case COMPLEX ->
          Schema.createArray(
              Schema.create(
                  type == ElementType.COMPLEX64 ? Schema.Type.FLOAT : Schema.Type.DOUBLE));
    };
  }

  private static Schema integer(ElementType type) {
    return switch (type) {
      case INT64, UINT32 -> Schema.create(Schema.Type.LONG);
      case UINT64 ->
          LogicalTypes.decimal(UINT64_DIGITS).addToSchema(Schema.create(Schema.Type.BYTES));
      case INT4, INT8, INT16, INT32, UINT4, UINT8, UINT16 -> Schema.create(Schema.Type.INT);
      case QINT8, QINT16, QINT32, QUINT8, QUINT16 -> Schema.create(Schema.Type.INT);
      default -> throw new IllegalStateException(type + " is no integer");
    };
  }

  private static Schema optional(Schema schema) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
  }

  private static Schema.Field field(String name, Schema schema) {
    return schema.isUnion()
        ? new Schema.Field(name, schema, null, Schema.Field.NULL_DEFAULT_VALUE)
        : new Schema.Field(name, schema);
  }

  private static Schema record(String name, Schema.Field... fields) {
    return Schema.createRecord(name, null, NAMESPACE, false, List.of(fields));
  }

  /** A record whose names may have what Avro's may not, which becomes an underscore. */
  private static final class Named {
    private final String record;
    private final List<Schema.Field> fields = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    Named(String record) {
      this.record = record;
    }

    void add(String name, Schema schema) {
      String plain = name.replaceAll("[^A-Za-z0-9_]", "_");
      plain = plain.matches("[A-Za-z_].*") ? plain : "_" + plain;
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).name().equals(plain)) {
          throw new IllegalArgumentException(
              "'%s' and '%s' are both '%s' in Avro: expected names that stay apart"
                  .formatted(names.get(i), name, plain));
        }
      }
      Schema.Field field = field(plain, schema);
      if (!plain.equals(name)) {
        field.addProp("millrace.name", name);
      }
      fields.add(field);
      names.add(name);
    }

    Schema schema() {
      return record(record, fields.toArray(Schema.Field[]::new));
    }
  }
}
