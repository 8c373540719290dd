package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Row;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where each field of a record goes, for one signature: to an input, to a place in the feature
 * vector, or only along to the output. Remembers what the present record has brought by stamping
 * its number on the field, so that nothing has to be cleared between records.
 */
final class FieldPlan {
  static final int NONE = -1;

  private final Map<String, Field> fields = new HashMap<>();
  private final @Nullable String featureInput;
  private final String names;
  private final Field[] inputs;
  private final Field[] byBytes;
  private final Field start = new Field("the record", "");
  private Field previous = start;
  private long record;

  /** A field that is known by name. */
  static final class Field {
    final String place;
    int input = NONE;
    int feature = NONE;
    private final byte[] name;
    private long seen;
    private long written;

    /** The field that came after this one the last time. */
    private @Nullable Field next;

    Field(String place, String name) {
      this.place = place;
      this.name = name.getBytes(StandardCharsets.UTF_8);
    }
  }

  FieldPlan(
      Signature signature,
      List<String> carriedFields,
      List<Feature> features,
      @Nullable String featureInput) {
    this.featureInput = featureInput;
    carriedFields.forEach(this::field);
    for (int i = 0; i < features.size(); i++) {
      field(features.get(i).name()).feature = i;
    }
    List<TensorSpec> specs = signature.inputs();
    inputs = new Field[specs.size()];
    for (int i = 0; i < inputs.length; i++) {
      String name = specs.get(i).name();
      // The vector's input is not a field of the record; a feature may even have its name.
      inputs[i] = name.equals(featureInput) ? new Field("input '" + name + "'", name) : field(name);
      inputs[i].input = i;
    }
    names = names(signature, carriedFields, features, featureInput);
    byBytes = new Field[4 * Integer.highestOneBit(Math.max(fields.size(), 1))];
    fields.forEach(this::add);
  }

  private static String names(
      Signature signature,
      List<String> carriedFields,
      List<Feature> features,
      @Nullable String featureInput) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    names.put("features ", features.stream().map(Feature::name).toList());
    names.put(
        "inputs ",
        signature.inputNames().stream().filter(name -> !name.equals(featureInput)).toList());
    names.put("fields of the output ", carriedFields);
    return names.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .map(entry -> entry.getKey() + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /** A name that is not UTF-16 has no bytes to be found by. */
  private void add(String name, Field field) {
    if (name.equals(new String(field.name, StandardCharsets.UTF_8))) {
      int slot = hash(field.name, 0, field.name.length);
      while (byBytes[slot] != null) {
        slot = (slot + 1) & (byBytes.length - 1);
      }
      byBytes[slot] = field;
    }
  }

  private int hash(byte[] bytes, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    return (hash ^ (hash >>> 16)) & (byBytes.length - 1);
  }

  private Field field(String name) {
    return fields.computeIfAbsent(name, key -> new Field("field '" + key + "'", key));
  }

  /** The names that a record's fields may have, for a message. */
  String names() {
    return names;
  }

  /** Begins the next record. */
  void begin() {
    record++;
    previous = start;
  }

  /** The field of this name, or null if it goes nowhere. */
  @Nullable Field find(String name) {
    return fields.get(name);
  }

  /**
   * The field whose name comes next, or null if it goes nowhere; the scanner moves behind the name.
   * Records mostly have their fields in the same order.
   */
  @Nullable Field find(JsonScanner json) {
    json.expect('"');
    Field field = previous.next;
    if (field == null || !json.takeName(field.name)) {
      int from = json.position();
      json.name();
      field = find(json.bytes(), from, json.position() - 1);
      if (field == null) {
        return null;
      }
      previous.next = field;
    }
    previous = field;
    return field;
  }

  /** The field whose name's UTF-8 this is, or null if it goes nowhere. */
  @Nullable Field find(byte[] bytes, int from, int to) {
    int slot = hash(bytes, from, to);
    Field field = byBytes[slot];
    while (field != null && !Arrays.equals(field.name, 0, field.name.length, bytes, from, to)) {
      slot = (slot + 1) & (byBytes.length - 1);
      field = byBytes[slot];
    }
    return field;
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

  /**
   * Ends a record of which all fields were seen: writes the vector, if there is one.
   *
   * @throws RecordException MISSING_FIELD if an input has no value
   */
  void end(FeatureVector vector, Row row) {
    if (featureInput != null) {
      vector.write(row.input(featureInput));
      written(row.signature().inputIndex(featureInput));
    }
    int missing = firstMissing();
    if (missing != NONE) {
      throw new RecordException(
          RecordReason.MISSING_FIELD,
          "input " + row.signature().inputs().get(missing) + " is absent or null");
    }
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
