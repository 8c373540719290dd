package io.millrace.connectors.formats;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds a format of records that have named fields. Not thread-safe; what it builds is immutable.
 *
 * <pre>{@code
 * JsonRecordFormat.builder().carriedFields(List.of("id")).features("x", features).build()
 * }</pre>
 *
 * @param <F> the format
 */
public final class RecordFormatBuilder<F> {
  private final Function<RecordFormatBuilder<F>, F> format;
  RecordLimits limits = RecordLimits.DEFAULT;
  List<String> carriedFields = List.of();
  @Nullable String featureInput;
  List<Feature> features = List.of();
  @Nullable Boolean ignoreUnknownFields;

  RecordFormatBuilder(Function<RecordFormatBuilder<F>, F> format) {
    this.format = format;
  }

  /** What is checked of records before they are looked into. */
  public RecordFormatBuilder<F> limits(RecordLimits recordLimits) {
    this.limits = Objects.requireNonNull(recordLimits, "limits");
    return this;
  }

  /** Fields that go along to the output, whether or not the model takes them. */
  public RecordFormatBuilder<F> carriedFields(List<String> names) {
    this.carriedFields = List.copyOf(names);
    return this;
  }

  /** Fills this input with these fields, in this order. */
  public RecordFormatBuilder<F> features(String input, List<Feature> fields) {
    this.featureInput = Objects.requireNonNull(input, "input");
    this.features = List.copyOf(fields);
    return this;
  }

  /** Whether fields may go nowhere; by default what the format says. */
  public RecordFormatBuilder<F> ignoreUnknownFields(boolean ignore) {
    this.ignoreUnknownFields = ignore;
    return this;
  }

  /**
   * The format.
   *
   * @throws IllegalArgumentException if there are no features for the input, or two of one name
   */
  public F build() {
    if (featureInput != null) {
      Feature.requireVector(featureInput, features);
    }
    return format.apply(this);
  }
}
