package io.millrace.connectors.formats;

import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each field of a record goes, for one signature: to an input, to a place in the feature
 * vector, or only along to the output. Remembers what the present record has brought by stamping
 * its number on the field, so that nothing has to be cleared between records.
 */
final class FieldPlan {
  static final int NONE = -1;

  private final Signature signature;
  private final Map<String, Field> fields = new HashMap<>();
  private final Field[] inputs;
  private long record;

  /** A field that is known by name. */
  static final class Field {
    final String place;
    int input = NONE;
    int feature = NONE;
    private long seen;
    private long written;

    Field(String place) {
      this.place = place;
    }
  }

  FieldPlan(
      Signature signature,
      List<String> carriedFields,
      List<Feature> features,
      @Nullable String featureInput) {
    this.signature = signature;
    carriedFields.forEach(this::field);
    for (int i = 0; i < features.size(); i++) {
      field(features.get(i).name()).feature = i;
    }
    List<TensorSpec> specs = signature.inputs();
    inputs = new Field[specs.size()];
    for (int i = 0; i < inputs.length; i++) {
      String name = specs.get(i).name();
      // The vector's input is not a field of the record; a feature may even have its name.
      inputs[i] = name.equals(featureInput) ? new Field("input '" + name + "'") : field(name);
      inputs[i].input = i;
    }
  }

  private Field field(String name) {
    return fields.computeIfAbsent(name, key -> new Field("field '" + key + "'"));
  }

  boolean isFor(Signature other) {
    return signature == other;
  }

  /** Begins the next record. */
  void begin() {
    record++;
  }

  /** The field of this name, or null if it goes nowhere. */
  @Nullable Field find(String name) {
    return fields.get(name);
  }

  /** Notes that the record has the field; false if it has had it already. */
  boolean see(Field field) {
    boolean first = field.seen != record;
    field.seen = record;
    return first;
  }

  /** Notes that the input has its value. */
  void written(int input) {
    inputs[input].written = record;
  }

  /** The first input that the record has not brought, or {@link #NONE}. */
  int firstMissing() {
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].written != record) {
        return i;
      }
    }
    return NONE;
  }
}
