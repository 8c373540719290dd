package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code tf.Example} records for one signature. Not thread-safe. */
final class ExampleReader {
  private static final Shape VECTOR = Shape.of(Shape.UNKNOWN);

  private final FieldPlan fields;
  private final ExampleFeature[] inputs;
  private final ExampleInput[] writers;
  private final ExampleFeature[] vectorFeatures;
  private final FeatureVector vector;
  private final @Nullable String vectorInput;
  private final int vectorIndex;
  private final boolean ignoreUnknownFeatures;
  private final ExampleScanner scanner = new ExampleScanner(this::named);

  ExampleReader(
      Signature signature,
      List<String> carriedFields,
      List<Feature> features,
      @Nullable String vectorInput,
      boolean ignoreUnknownFeatures) {
    this.fields = new FieldPlan(signature, carriedFields, features, vectorInput);
    this.inputs =
        signature.inputs().stream()
            .map(spec -> new ExampleFeature(place(spec.name())))
            .toArray(ExampleFeature[]::new);
    this.writers = new ExampleInput[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      writers[i] = new ExampleInput(inputs[i], place(signature.inputs().get(i).name()));
    }
    this.vectorFeatures =
        features.stream()
            .map(feature -> new ExampleFeature(place(feature.name())))
            .toArray(ExampleFeature[]::new);
    this.vector = new FeatureVector(features);
    this.vectorInput = vectorInput;
    this.vectorIndex = vectorInput == null ? FieldPlan.NONE : signature.inputIndex(vectorInput);
    this.ignoreUnknownFeatures = ignoreUnknownFeatures;
  }

  private static String place(String name) {
    return "feature '" + name + "'";
  }

  /** Whether the signature takes the record as it is: its only input is a vector of strings. */
  static boolean takesWhole(Signature signature) {
    TensorSpec only = signature.inputs().size() == 1 ? signature.inputs().get(0) : null;
    return only != null && only.type() == ElementType.STRING && only.shape().equals(VECTOR);
  }

  /** Writes the record as it is. */
  static void writeWhole(byte[] record, Row row) {
    TensorWriter writer = row.input(0);
    if (!writer.rowShape().isFullyKnown()) {
      writer.shape(1);
    }
    writer.put(record);
  }

  /**
   * Writes the features of the record.
   *
   * @throws RecordException if it does not fit
   */
  void read(byte[] record, Row row) {
    clear();
    scanner.read(record);
    write(record, row);
  }

  private void clear() {
    fields.begin();
    vector.clear();
    for (ExampleFeature input : inputs) {
      input.clear();
    }
    for (ExampleFeature feature : vectorFeatures) {
      feature.clear();
    }
  }

  private @Nullable ExampleFeature named(byte[] bytes, int from, int to) {
    FieldPlan.Field field = fields.find(bytes, from, to);
    if (field == null) {
      if (!ignoreUnknownFeatures) {
        String name = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        throw UnknownField.of(name, fields);
      }
      return null;
    }
    if (field.feature != FieldPlan.NONE) {
      return vectorFeatures[field.feature];
    }
    return field.input == FieldPlan.NONE ? null : inputs[field.input];
  }

  private void write(byte[] record, Row row) {
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].isPresent()) {
        writers[i].write(row.input(i), record);
        fields.written(i);
      }
    }
    if (vectorInput != null) {
      for (int i = 0; i < vectorFeatures.length; i++) {
        // As in TensorFlow, a feature of no values is one that is not there.
        if (vectorFeatures[i].count() > 0) {
          vector.take(i, vectorFeatures[i], record);
        }
      }
      // By its name where the signature has none of it, which is refused with those that it has.
      vector.write(vectorIndex < 0 ? row.input(vectorInput) : row.input(vectorIndex));
      fields.written(vectorIndex);
    }
    int missing = fields.firstMissing();
    if (missing != FieldPlan.NONE) {
      throw new RecordException(
          RecordReason.MISSING_FIELD,
          "input " + row.signature().inputs().get(missing) + " has no feature of its name");
    }
  }
}
