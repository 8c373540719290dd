package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.tensor.RecordReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * The wanted fields of Avro records of one schema, as the JSON object that records of the {@code
 * json} format are. Of a nested record, {@code a.b} is the field {@code b} of the field {@code a}.
 * Immutable.
 *
 * <pre>{@code
 * AvroFields fields = AvroFields.of(writerSchema, wanted);
 * byte[] value = fields.json(readWith(fields.projection()));
 * }</pre>
 */
public final class AvroFields {
  private static final int BUFFER_BYTES = 512;
  private static final JsonFactory JSON = JsonFactories.within(RecordLimits.UNBOUNDED);

  private final Schema projection;
  private final RecordFields wanted;

  /** By the number of the wanted field, null where the schema has none. */
  private final @Nullable Column[] columns;

  private final int[] all;
  private final int[] carried;

  /** Where a wanted field lies: a position in each of the records that are around it. */
  private record Column(WantedField field, Schema schema, int[] path) {}

  private AvroFields(Schema projection, RecordFields wanted, @Nullable Column[] columns) {
    this.projection = projection;
    this.wanted = wanted;
    this.columns = columns;
    List<WantedField> fields = wanted.wanted();
    this.all = IntStream.range(0, columns.length).filter(i -> columns[i] != null).toArray();
    this.carried =
        IntStream.of(all).filter(i -> wanted.carried().contains(fields.get(i).name())).toArray();
  }

  /**
   * Finds the fields.
   *
   * @param schema with all fields
   * @throws UnfitSchemaException with all that is wrong, if one is absent, or is not what it should
   *     be
   */
  public static AvroFields of(Schema schema, RecordFields fields) throws UnfitSchemaException {
    return of(schema, schema.getType() == Schema.Type.RECORD ? names(schema) : List.of(), fields);
  }

  /**
   * Finds the fields.
   *
   * @param schema with those of the file's fields at least that are wanted
   * @param names of all fields of the file
   * @throws UnfitSchemaException with all that is wrong, if one is absent, or is not what it should
   *     be
   */
  public static AvroFields of(Schema schema, List<String> names, RecordFields fields)
      throws UnfitSchemaException {
    if (schema.getType() != Schema.Type.RECORD) {
      throw new UnfitSchemaException(
          List.of("the schema is " + schema.getType().getName() + ": expected a record"));
    }
    List<String> misfits = new ArrayList<>(recursions(schema, fields));
    misfits.addAll(wrongTypes(schema, fields));
    int types = misfits.size();
    RecordReason reason = misfits.isEmpty() ? RecordReason.UNKNOWN_FIELD : RecordReason.WRONG_TYPE;
    for (WantedField field : fields.wanted()) {
      if (field.required() && find(schema, field.name(), new ArrayList<>()) == null) {
        String all = misfits.size() == types ? ": the schema has " + names : "";
        misfits.add("field '" + field.name() + "' is absent" + all);
        reason = reason == RecordReason.WRONG_TYPE ? reason : RecordReason.MISSING_FIELD;
      }
    }
    if (fields.rejectUnknown()) {
      names.stream()
          .filter(name -> !fields.isUsed(name))
          .forEach(name -> misfits.add("field '" + name + "' goes nowhere"));
    }
    if (!misfits.isEmpty()) {
      throw new UnfitSchemaException(reason, misfits);
    }
    Schema projection = projection(schema, fields);
    return new AvroFields(projection, fields, columns(projection, fields));
  }

  // A value could be nested as deep as it has bytes, for which there is no stack.
  private static List<String> recursions(Schema schema, RecordFields fields) {
    return schema.getFields().stream()
        .filter(field -> fields.isUsed(field.name()) && AvroFit.isRecursive(field.schema()))
        .map(field -> "field '" + field.name() + "': its schema has itself as a part")
        .toList();
  }

  private static List<String> wrongTypes(Schema schema, RecordFields fields) {
    List<String> misfits = new ArrayList<>();
    for (WantedField field : fields.wanted()) {
      Schema found = find(schema, field.name(), new ArrayList<>());
      String misfit =
          found == null || AvroFit.isRecursive(found) ? null : AvroFit.misfit(found, field);
      if (misfit != null) {
        misfits.add(misfit);
      }
    }
    return misfits;
  }

  private static List<String> names(Schema schema) {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }

  // Without default and aliases: Avro checks the one, which may be wrong, and would rewrite the
  // schema of the file for the others.
  private static Schema projection(Schema schema, RecordFields fields) {
    List<Schema.Field> used =
        schema.getFields().stream()
            .filter(field -> fields.isUsed(field.name()))
            .map(field -> new Schema.Field(field.name(), field.schema()))
            .toList();
    return Schema.createRecord(
        schema.getName(), schema.getDoc(), schema.getNamespace(), false, used);
  }

  private static @Nullable Column[] columns(Schema schema, RecordFields fields) {
    return fields.wanted().stream().map(field -> column(schema, field)).toArray(Column[]::new);
  }

  private static @Nullable Column column(Schema schema, WantedField field) {
    List<Integer> path = new ArrayList<>();
    Schema found = find(schema, field.name(), path);
    return found == null
        ? null
        : new Column(field, found, path.stream().mapToInt(Integer::intValue).toArray());
  }

  private static @Nullable Schema find(Schema schema, String name, List<Integer> path) {
    Schema record = record(schema);
    if (record == null) {
      return null;
    }
    Schema.Field whole = record.getField(name);
    if (whole != null) {
      path.add(whole.pos());
      return whole.schema();
    }
    int dot = name.indexOf('.');
    Schema.Field outer = dot < 0 ? null : record.getField(name.substring(0, dot));
    if (outer == null) {
      return null;
    }
    path.add(outer.pos());
    return find(outer.schema(), name.substring(dot + 1), path);
  }

  private static @Nullable Schema record(Schema schema) {
    if (schema.isUnion()) {
      List<Schema> branches = AvroFit.branches(schema);
      return branches.size() == 1 ? record(branches.get(0)) : null;
    }
    return schema.getType() == Schema.Type.RECORD ? schema : null;
  }

  /** The schema to read records with: of their fields, only those that are wanted. */
  public Schema projection() {
    return projection;
  }

  /** The fields that are looked for: their order numbers them. */
  List<WantedField> wanted() {
    return wanted.wanted();
  }

  /**
   * The wanted fields of a record; one that is null is left out, and so takes its default.
   *
   * @param record of the schema {@link #projection}
   */
  public byte[] json(IndexedRecord record) {
    return json(record, all);
  }

  /** Likewise, but of those fields alone that go along to the output; null where none does. */
  byte @Nullable [] carriedJson(IndexedRecord record) {
    return wanted.carried().isEmpty() ? null : json(record, carried);
  }

  private byte[] json(IndexedRecord record, int[] numbers) {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(BUFFER_BYTES);
    AvroJson json = new AvroJson();
    try (JsonGenerator target = JSON.createGenerator(buffer)) {
      target.writeStartObject();
      for (int number : numbers) {
        Column column = columns[number];
        Object value = value(number, record);
        if (column != null && value != null) {
          target.writeFieldName(column.field.name());
          json.write(target, column.schema, value, column.field.type() != null);
        }
      }
      target.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return buffer.toByteArray();
  }

  /** The value of the wanted field of this number, null where a record has none. */
  @Nullable Object value(int field, IndexedRecord record) {
    Column column = columns[field];
    if (column == null) {
      return null;
    }
    Object value = record;
    for (int position : column.path) {
      if (!(value instanceof IndexedRecord outer)) {
        return null;
      }
      value = outer.get(position);
    }
    return value;
  }

  /** The schema of a wanted field that has values. */
  Schema schema(int field) {
    return Objects.requireNonNull(columns[field], "column").schema;
  }
}
