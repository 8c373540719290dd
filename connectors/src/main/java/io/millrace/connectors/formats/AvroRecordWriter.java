package io.millrace.connectors.formats;

import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records that are decoded already, as files of them are read: written as {@link AvroRecordFormat}
 * writes values. That a file's schema has the wanted fields is found out where it is opened.
 *
 * <pre>{@code
 * AvroRecordWriter.ofFeatures("x", List.of(Feature.required("amount", FLOAT32)))
 * }</pre>
 */
public final class AvroRecordWriter implements FeatureWriter<AvroRecord> {
  private static final long serialVersionUID = 1L;

  private final @Nullable String featureInput;
  private final List<Feature> features;

  private transient @Nullable BySignature<AvroRowWriter> writers;

  private AvroRecordWriter(@Nullable String featureInput, List<Feature> features) {
    this.featureInput = featureInput;
    this.features = List.copyOf(features);
  }

  /** Each input is the field of its name. */
  public static AvroRecordWriter ofInputs() {
    return new AvroRecordWriter(null, List.of());
  }

  /**
   * One input is a vector of fields, in this order.
   *
   * @throws IllegalArgumentException if there are no features, or two of one name
   */
  public static AvroRecordWriter ofFeatures(String input, List<Feature> features) {
    Feature.requireVector(input, features);
    return new AvroRecordWriter(input, features);
  }

  @Override
  public void write(AvroRecord record, Row row) {
    BySignature<AvroRowWriter> known = writers;
    if (known == null) {
      known = new BySignature<>(this::writer);
      writers = known;
    }
    known.of(row).write(record, row);
  }

  private AvroRowWriter writer(Row row) {
    return new AvroRowWriter(
        new FieldPlan(row.signature(), List.of(), features, featureInput),
        new FeatureVector(features));
  }
}
