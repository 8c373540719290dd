package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
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
 */
public final class JsonRecordFormat implements FeatureWriter<KafkaRecord> {
  private static final long serialVersionUID = 1L;
  private static final int MAX_NAME_IN_MESSAGE = 64;

  private final RecordLimits limits;
  private final List<String> carriedFields;
  private final @Nullable String featureInput;
  private final List<Feature> features;
  private final boolean ignoreUnknownFields;

  private transient @Nullable JsonFactory factory;
  private transient @Nullable FieldPlan plan;
  private transient @Nullable FeatureVector vector;

  private JsonRecordFormat(Builder builder) {
    this.limits = builder.limits;
    this.carriedFields = builder.carriedFields;
    this.featureInput = builder.featureInput;
    this.features = builder.features;
    this.ignoreUnknownFields =
        builder.ignoreUnknownFields == null ? featureInput != null : builder.ignoreUnknownFields;
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] value = limits.valueOf(record);
    FieldPlan fields = planFor(row);
    FeatureVector featureVector = vector();
    fields.begin();
    featureVector.clear();
    try (JsonParser parser = factory().createParser(value)) {
      readObject(parser, value, row, fields, featureVector);
    } catch (JsonProcessingException malformed) {
      throw malformed(malformed);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
    if (featureInput != null) {
      featureVector.write(row.input(featureInput));
      fields.written(row.signature().inputIndex(featureInput));
    }
    int missing = fields.firstMissing();
    if (missing != FieldPlan.NONE) {
      throw new RecordException(
          RecordReason.MISSING_FIELD,
          "input " + row.signature().inputs().get(missing) + " is absent or null");
    }
  }

  private void readObject(
      JsonParser parser, byte[] value, Row row, FieldPlan fields, FeatureVector featureVector)
      throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new RecordException(
          RecordReason.MALFORMED,
          parser.currentToken() == null
              ? "the record is empty: expected a JSON object"
              : "expected a JSON object, got " + JsonElements.kind(parser));
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      FieldPlan.Field field = fields.find(name);
      if (field == null) {
        unknownField(name, row);
      } else if (!fields.see(field)) {
        throw new RecordException(
            RecordReason.MALFORMED, field.place + " occurs twice" + at(parser.currentLocation()));
      }
      JsonToken token = parser.nextToken();
      if (field == null || token == JsonToken.VALUE_NULL) {
        parser.skipChildren();
      } else if (field.feature != FieldPlan.NONE) {
        featureVector.take(field.feature, parser);
      } else if (field.input != FieldPlan.NONE) {
        JsonTensors.write(parser, row.input(field.input), field.place, factory(), value);
        fields.written(field.input);
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new RecordException(
          RecordReason.MALFORMED,
          "the record goes on after its JSON object" + at(parser.currentTokenLocation()));
    }
  }

  private void unknownField(String name, Row row) {
    if (!ignoreUnknownFields) {
      throw new RecordException(
          RecordReason.UNKNOWN_FIELD,
          "unknown field '"
              + printable(name)
              + "': the inputs are "
              + row.signature().inputNames()
              + (carriedFields.isEmpty() ? "" : ", the fields of the output " + carriedFields));
    }
  }

  /** A name from outside, short and on one line. */
  private static String printable(String name) {
    String cut =
        name.length() <= MAX_NAME_IN_MESSAGE
            ? name
            : name.substring(0, MAX_NAME_IN_MESSAGE) + "...";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  /** Jackson's own message may quote the payload, so only the place is taken from it. */
  private static RecordException malformed(JsonProcessingException e) {
    String what =
        e instanceof StreamConstraintsException
            ? "JSON beyond a limit: " + e.getOriginalMessage()
            : "not JSON";
    return new RecordException(RecordReason.MALFORMED, what + at(e.getLocation()));
  }

  private static String at(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private FieldPlan planFor(Row row) {
    FieldPlan known = plan;
    if (known == null || !known.isFor(row.signature())) {
      known = new FieldPlan(row.signature(), carriedFields, features, featureInput);
      plan = known;
    }
    return known;
  }

  private FeatureVector vector() {
    FeatureVector known = vector;
    if (known == null) {
      known = new FeatureVector(features);
      vector = known;
    }
    return known;
  }

  private JsonFactory factory() {
    JsonFactory known = factory;
    if (known == null) {
      known = JsonFactories.within(limits);
      factory = known;
    }
    return known;
  }

  /** Builds the format. */
  public static final class Builder {
    private RecordLimits limits = RecordLimits.DEFAULT;
    private List<String> carriedFields = List.of();
    private @Nullable String featureInput;
    private List<Feature> features = List.of();
    private @Nullable Boolean ignoreUnknownFields;

    private Builder() {}

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

    /** By default unknown fields are ignored with features, and refused without. */
    public Builder ignoreUnknownFields(boolean ignore) {
      this.ignoreUnknownFields = ignore;
      return this;
    }

    /**
     * @throws IllegalArgumentException if there are no features for the input, or two of one name
     */
    public JsonRecordFormat build() {
      if (featureInput != null && features.isEmpty()) {
        throw new IllegalArgumentException("features of input '" + featureInput + "': none given");
      }
      List<String> names = features.stream().map(Feature::name).toList();
      for (String name : names) {
        if (names.indexOf(name) != names.lastIndexOf(name)) {
          throw new IllegalArgumentException("feature '" + name + "' is listed twice");
        }
      }
      return new JsonRecordFormat(this);
    }
  }
}
