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
 * AvroRecordWriter.builder().features("x", List.of(Feature.required("amount", FLOAT32))).build()
 * }</pre>
 */
public final class AvroRecordWriter implements FeatureWriter<AvroRecord> {
  private static final long serialVersionUID = 1L;

  private final RecordLimits limits;
  private final @Nullable String featureInput;
  private final List<Feature> features;

  private transient @Nullable BySignature<AvroRowWriter> writers;

  private AvroRecordWriter(RecordFormatBuilder<AvroRecordWriter> builder) {
    this.limits = builder.limits;
    this.featureInput = builder.featureInput;
    this.features = builder.features;
  }

  /** Fields that go nowhere are not read, so that nothing is to be said of them. */
  public static RecordFormatBuilder<AvroRecordWriter> builder() {
    return new RecordFormatBuilder<>(AvroRecordWriter::new);
  }

  @Override
  public void write(AvroRecord record, Row row) {
    limits.require(record.size());
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
