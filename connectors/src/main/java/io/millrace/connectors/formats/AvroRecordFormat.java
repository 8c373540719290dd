package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.flink.formats.avro.SchemaCoder;
import org.apache.flink.formats.avro.SchemaCoder.SchemaCoderProvider;
import org.jspecify.annotations.Nullable;

/**
 * Records that are an Avro datum each, in Avro's binary form, behind what says with which schema it
 * was written.
 *
 * <p>Each input is the field of its name, {@code a.b} the field {@code b} of the record {@code a};
 * arrays, and nested records by the order of their fields, are its dimensions. Null in a union
 * counts as absent. With features, one input is a vector of fields, as in {@link JsonRecordFormat}.
 * Further fields are ignored unless that is switched off.
 *
 * <p>What does not fit is found out once for each schema, and then each of its records is rejected
 * with all of it: as WRONG_TYPE if a field is not what it should be, else as MISSING_FIELD, or
 * UNKNOWN_FIELD. Bytes that are no datum of their schema, or more, are MALFORMED, and so is a datum
 * with a thousand elements in arrays and maps more than it has bytes.
 *
 * <pre>{@code
 * AvroRecordFormat.builder(FixedSchema.of(schema))
 *     .features("x", List.of(Feature.required("amount", FLOAT32)))
 *     .build();
 * }</pre>
 */
public final class AvroRecordFormat implements FeatureWriter<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  private final SchemaCoderProvider schemas;
  private final RecordLimits limits;
  private final List<String> carriedFields;
  private final @Nullable String featureInput;
  private final List<Feature> features;
  private final boolean ignoreUnknownFields;

  private transient @Nullable BySignature<Reader> readers;

  /** What reads values for one signature. */
  private record Reader(AvroValues values, AvroRowWriter rows) {}

  private AvroRecordFormat(
      SchemaCoderProvider schemas, RecordFormatBuilder<AvroRecordFormat> builder) {
    this.schemas = Objects.requireNonNull(schemas, "schemas");
    this.limits = builder.limits;
    this.carriedFields = builder.carriedFields;
    this.featureInput = builder.featureInput;
    this.features = builder.features;
    this.ignoreUnknownFields = builder.ignoreUnknownFields == null || builder.ignoreUnknownFields;
  }

  /**
   * By default schemas may have fields that go nowhere.
   *
   * @param schemas what reads with which schema a value was written, such as Flink's own for
   *     registries. What it throws as a RecordException rejects the record, an IOException fails
   *     the task.
   */
  public static RecordFormatBuilder<AvroRecordFormat> builder(SchemaCoderProvider schemas) {
    return new RecordFormatBuilder<>(builder -> new AvroRecordFormat(schemas, builder));
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] value = limits.valueOf(record);
    Reader reader = readerFor(row);
    reader.rows.write(reader.values.read(value), row);
  }

  private Reader readerFor(Row row) {
    BySignature<Reader> known = readers;
    if (known == null) {
      // One for all signatures: it may keep what it has asked for.
      SchemaCoder coder = schemas.get();
      known = new BySignature<>(first -> reader(coder, first));
      readers = known;
    }
    return known.of(row);
  }

  private Reader reader(SchemaCoder coder, Row row) {
    return new Reader(
        new AvroValues(coder, fields(row), limits),
        new AvroRowWriter(
            new FieldPlan(row.signature(), carriedFields, features, featureInput),
            new FeatureVector(features)));
  }

  private RecordFields fields(Row row) {
    List<TensorSpec> inputs =
        IntStream.range(0, row.signature().inputs().size())
            .mapToObj(row::input)
            .map(input -> input.spec().withShape(input.rowShape()))
            .toList();
    return RecordFields.of(features, featureInput, inputs, carriedFields, !ignoreUnknownFields);
  }
}
