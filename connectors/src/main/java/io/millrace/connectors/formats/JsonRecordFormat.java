package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records that are a JSON object each.
 *
 * <p>Without features, each input is the field of its name: nested lists for its inner dimensions,
 * {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"} for what JSON numbers lack, strings or
 * {@code {"b64": ...}} for bytes, a list of two for a complex number. Any other field is refused
 * unless it is carried to the output or unknown fields are ignored.
 *
 * <pre>{@code
 * JsonRecordFormat.builder()
 *     .features("x", List.of(
 *         Feature.required("amount", FLOAT32), new Feature("age", FLOAT32, 0)))
 *     .carriedFields(List.of("id"))
 *     .build();
 * }</pre>
 *
 * <p>With features, one input is a vector of the named fields in that order, each checked against
 * its own dtype, booleans as 0 and 1; further inputs are fields of their names, and unknown fields
 * are ignored unless that is switched off.
 *
 * <p>A null counts as absent: a default stands in, or the record is rejected as MISSING_FIELD.
 * Integers are numbers without a fraction; numbers out of their type's range are WRONG_TYPE. Fields
 * that occur twice, trailing tokens, and whatever is not JSON are MALFORMED, with line and column.
 *
 * <p>Plain records are read byte by byte, which allocates nothing; any other is read by tokens,
 * with the same values and all the errors.
 */
public final class JsonRecordFormat implements FeatureWriter<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  private final RecordLimits limits;
  private final List<String> carriedFields;
  private final @Nullable String featureInput;
  private final List<Feature> features;
  private final boolean ignoreUnknownFields;

  private transient @Nullable BySignature<Readers> readers;

  private JsonRecordFormat(RecordFormatBuilder<JsonRecordFormat> builder) {
    this.limits = builder.limits;
    this.carriedFields = builder.carriedFields;
    this.featureInput = builder.featureInput;
    this.features = builder.features;
    this.ignoreUnknownFields =
        builder.ignoreUnknownFields == null ? featureInput != null : builder.ignoreUnknownFields;
  }

  /** By default unknown fields are ignored with features, and refused without. */
  public static RecordFormatBuilder<JsonRecordFormat> builder() {
    return new RecordFormatBuilder<>(JsonRecordFormat::new);
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] value = limits.valueOf(record);
    Readers known = readersFor(row);
    if (!known.plain.read(value, row)) {
      known.tokens.read(value, row);
    }
  }

  /** What reads the records for one signature. */
  record Readers(PlainReader plain, TokenReader tokens) {}

  Readers readersFor(Row row) {
    BySignature<Readers> known = readers;
    if (known == null) {
      known = new BySignature<>(this::readers);
      readers = known;
    }
    return known.of(row);
  }

  private Readers readers(Row row) {
    Signature signature = row.signature();
    FieldPlan plan = new FieldPlan(signature, carriedFields, features, featureInput);
    FeatureVector vector = new FeatureVector(features);
    return new Readers(
        new PlainReader(
            signature, plan, vector, featureInput, ignoreUnknownFields, limits.maxNestingDepth()),
        new TokenReader(plan, vector, ignoreUnknownFields, limits));
  }
}
