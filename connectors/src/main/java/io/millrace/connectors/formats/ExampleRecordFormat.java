package io.millrace.connectors.formats;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import java.util.List;
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
 * ExampleRecordFormat.builder()
 *     .features("x", List.of(Feature.required("amount", FLOAT32)))
 *     .build();
 * }</pre>
 */
public final class ExampleRecordFormat implements FeatureWriter<KafkaRecord> {
  private static final long serialVersionUID = 1L;

  private final RecordLimits limits;
  private final List<String> carriedFields;
  private final @Nullable String featureInput;
  private final List<Feature> features;
  private final boolean ignoreUnknownFields;

  private transient @Nullable BySignature<ExampleReader> readers;

  private ExampleRecordFormat(RecordFormatBuilder<ExampleRecordFormat> builder) {
    this.limits = builder.limits;
    this.carriedFields = builder.carriedFields;
    this.featureInput = builder.featureInput;
    this.features = builder.features;
    this.ignoreUnknownFields = builder.ignoreUnknownFields == null || builder.ignoreUnknownFields;
  }

  /** By default a record may have features that no input takes, such as labels. */
  public static RecordFormatBuilder<ExampleRecordFormat> builder() {
    return new RecordFormatBuilder<>(ExampleRecordFormat::new);
  }

  @Override
  public void write(KafkaRecord record, Row row) {
    byte[] value = limits.valueOf(record);
    if (featureInput == null && ExampleReader.takesWhole(row.signature())) {
      ExampleReader.writeWhole(value, row);
    } else {
      readerFor(row).read(value, row);
    }
  }

  private ExampleReader readerFor(Row row) {
    BySignature<ExampleReader> known = readers;
    if (known == null) {
      known = new BySignature<>(this::reader);
      readers = known;
    }
    return known.of(row);
  }

  private ExampleReader reader(Row row) {
    return new ExampleReader(
        row.signature(), carriedFields, features, featureInput, ignoreUnknownFields);
  }
}
