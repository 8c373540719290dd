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

  private final @Nullable String featureInput;
  private final List<Feature> features;

  private transient @Nullable BySignature<AvroRowWriter> writers;

  private AvroRecordWriter(RecordFormatBuilder<AvroRecordWriter> builder) {
    this.featureInput = builder.featureInput;
    this.features = builder.features;
  }

  /** Of what it says, the features alone count: where files are read, the rest is seen to. */
  public static RecordFormatBuilder<AvroRecordWriter> builder() {
    return new RecordFormatBuilder<>(AvroRecordWriter::new);
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
