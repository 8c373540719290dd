package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records that are a serialized {@code tf.Example} each, read without TensorFlow and without an
 * object a record.
 *
 * <p>Each input is the feature of its name: a {@code float_list} for floating-point inputs, an
 * {@code int64_list} for integers and, as 0 and 1, for booleans, a {@code bytes_list} for strings.
 * A list has as many values as the input's shape, row-major, or settles its one unknown dimension.
 * Of two features of one name the last counts. With features, one input is a vector of them, as in
 * {@link JsonRecordFormat}, each of one value; one without a value takes its default.
 *
 * <p>Without features, a signature whose only input is {@code string[-1]} parses examples itself:
 * it is given the record as it is.
 *
 * <pre>{@code
 * new ExampleRecordFormat(RecordLimits.DEFAULT, true)
 * new ExampleRecordFormat(RecordLimits.DEFAULT, true)
 *     .withFeatures("x", List.of(Feature.required("amount", FLOAT32)))
 * }</pre>
 */
public final class ExampleRecordFormat implements FeatureWriter<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  private final RecordLimits limits;
  private final boolean ignoreUnknownFeatures;
  private final @Nullable String featureInput;
  private final List<Feature> features;

  private transient @Nullable Signature signature;
  private transient @Nullable ExampleReader reader;

  /**
   * @param ignoreUnknownFeatures whether a record may have features that no input takes
   */
  public ExampleRecordFormat(RecordLimits limits, boolean ignoreUnknownFeatures) {
    this(limits, ignoreUnknownFeatures, null, List.of());
  }

  private ExampleRecordFormat(
      RecordLimits limits,
      boolean ignoreUnknownFeatures,
      @Nullable String featureInput,
      List<Feature> features) {
    this.limits = Objects.requireNonNull(limits, "limits");
    this.ignoreUnknownFeatures = ignoreUnknownFeatures;
    this.featureInput = featureInput;
    this.features = features;
  }

  /**
   * This format, but with an input that is filled with these features, in this order.
   *
   * @throws IllegalArgumentException if there are no features, or two of one name
   */
  public ExampleRecordFormat withFeatures(String input, List<Feature> vector) {
    Feature.requireVector(input, vector);
    return new ExampleRecordFormat(limits, ignoreUnknownFeatures, input, List.copyOf(vector));
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] value = limits.valueOf(record);
    if (featureInput == null && ExampleReader.takesWhole(row.signature())) {
      ExampleReader.writeWhole(value, row);
    } else {
      readerFor(row.signature()).read(value, row);
    }
  }

  private ExampleReader readerFor(Signature wanted) {
    ExampleReader known = reader;
    if (known == null || signature != wanted) {
      known = new ExampleReader(wanted, features, featureInput, ignoreUnknownFeatures);
      reader = known;
      signature = wanted;
    }
    return known;
  }
}
