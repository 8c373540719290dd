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
 * UNKNOWN_FIELD. Bytes that are no datum of their schema, or more, are MALFORMED.
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
  private final JsonRecordFormat json;

  private transient @Nullable BySignature<AvroValues> values;

  private AvroRecordFormat(Builder builder) {
    this.schemas = builder.schemas;
    this.limits = builder.limits;
    this.carriedFields = builder.carriedFields;
    this.featureInput = builder.featureInput;
    this.features = builder.features;
    this.ignoreUnknownFields = builder.ignoreUnknownFields;
    JsonRecordFormat.Builder object =
        JsonRecordFormat.builder()
            .limits(RecordLimits.UNBOUNDED)
            .carriedFields(carriedFields)
            .ignoreUnknownFields(true);
    this.json = (featureInput == null ? object : object.features(featureInput, features)).build();
  }

  /**
   * @param schemas what reads with which schema a value was written, such as Flink's own for
   *     registries. What it throws as a RecordException rejects the record, an IOException fails
   *     the task.
   */
  public static Builder builder(SchemaCoderProvider schemas) {
    return new Builder(schemas);
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] object = valuesFor(row).json(limits.valueOf(record));
    json.write(
        new KafkaRecord(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.readMicros(),
            record.key(),
            object),
        row);
  }

  private AvroValues valuesFor(Row row) {
    BySignature<AvroValues> known = values;
    if (known == null) {
      // One for all signatures: it may keep what it has asked for.
      SchemaCoder coder = schemas.get();
      known = new BySignature<>(first -> new AvroValues(coder, fields(first), limits));
      values = known;
    }
    return known.of(row);
  }

  private RecordFields fields(Row row) {
    List<TensorSpec> inputs =
        IntStream.range(0, row.signature().inputs().size())
            .mapToObj(row::input)
            .map(input -> input.spec().withShape(input.rowShape()))
            .toList();
    return RecordFields.of(features, featureInput, inputs, carriedFields, !ignoreUnknownFields);
  }

  /** Builds the format. */
  public static final class Builder {
    private final SchemaCoderProvider schemas;
    private RecordLimits limits = RecordLimits.DEFAULT;
    private List<String> carriedFields = List.of();
    private @Nullable String featureInput;
    private List<Feature> features = List.of();
    private boolean ignoreUnknownFields = true;

    private Builder(SchemaCoderProvider schemas) {
      this.schemas = Objects.requireNonNull(schemas, "schemas");
    }

    /** Arrays and maps have as many elements together as a record may have bytes. */
    public Builder limits(RecordLimits recordLimits) {
      this.limits = Objects.requireNonNull(recordLimits, "limits");
      return this;
    }

    /** Fields that go along to the output, whether or not the model takes them. */
    public Builder carriedFields(List<String> names) {
      this.carriedFields = List.copyOf(names);
      return this;
    }

    /** Fills this input with these fields, in this order. */
    public Builder features(String input, List<Feature> fields) {
      this.featureInput = Objects.requireNonNull(input, "input");
      this.features = List.copyOf(fields);
      return this;
    }

    /** By default schemas may have fields that go nowhere. */
    public Builder ignoreUnknownFields(boolean ignore) {
      this.ignoreUnknownFields = ignore;
      return this;
    }

    /**
     * @throws IllegalArgumentException if there are no features for the input, or two of one name
     */
    public AvroRecordFormat build() {
      return new AvroRecordFormat(this);
    }
  }
}
