package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonParser;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.TensorWriter;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the features of one record, which may come in any order, and writes them as a vector.
 * Reals, integers and strings have arrays of their own, so that no value is rounded before its
 * input's type is known and none is boxed; a string stays where it came from until it is written.
 * Not thread-safe.
 */
final class FeatureVector {
  private final List<Feature> features;
  private final ElementKind[] kinds;
  private final String[] places;
  private final double[] reals;
  private final long[] integers;

  /** What stands in for a string, in bytes. */
  private final byte[][] defaults;

  private final byte[][] sources;
  private final int[] starts;
  private final int[] ends;
  private final float[] floats;
  private final boolean[] present;
  private final VectorShape shape;

  /** The type that the features were last found to fit. */
  private @Nullable ElementType fitting;

  FeatureVector(List<Feature> features) {
    int count = features.size();
    this.features = features;
    this.kinds = features.stream().map(f -> ElementKind.of(f.dtype())).toArray(ElementKind[]::new);
    this.places = features.stream().map(f -> "field '" + f.name() + "'").toArray(String[]::new);
    this.reals = new double[count];
    this.integers = new long[count];
    this.defaults = features.stream().map(FeatureVector::defaultBytes).toArray(byte[][]::new);
    this.sources = new byte[count][];
    this.starts = new int[count];
    this.ends = new int[count];
    this.floats = new float[count];
    this.present = new boolean[count];
    this.shape = new VectorShape(count);
  }

  private static byte[] defaultBytes(Feature feature) {
    return feature.defaultValue() instanceof String string
        ? string.getBytes(StandardCharsets.UTF_8)
        : new byte[0];
  }

  /** Forgets the record before. */
  void clear() {
    Arrays.fill(present, false);
  }

  /** Takes the value that the parser stands on for this feature. */
  void take(int index, JsonParser parser) throws IOException {
    ElementType dtype = features.get(index).dtype();
    String place = places[index];
    switch (kinds[index]) {
      case REAL -> reals[index] = JsonElements.real(parser, dtype, place);
      case INTEGER -> integers[index] = JsonElements.integer(parser, dtype, place);
      case BOOLEAN -> integers[index] = JsonElements.bool(parser, place) ? 1 : 0;
      case BYTES -> {
        byte[] value = JsonElements.bytes(parser, place);
        hold(index, value, 0, value.length);
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  /** Takes the value that the scanner stands on for this feature. */
  void take(int index, JsonScanner json) {
    ElementType dtype = features.get(index).dtype();
    switch (kinds[index]) {
      case REAL -> reals[index] = json.real(dtype);
      case INTEGER -> integers[index] = json.integer(dtype);
      case BOOLEAN -> integers[index] = json.bool() ? 1 : 0;
      case BYTES -> {
        int from = json.string();
        hold(index, json.bytes(), from, json.position() - 1);
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  /** Takes the only value of a record's feature for this one. */
  void take(int index, ExampleFeature value, byte[] record) {
    ElementType dtype = features.get(index).dtype();
    value.requireOne(dtype);
    switch (kinds[index]) {
      case REAL -> reals[index] = value.real(0, dtype);
      case INTEGER, BOOLEAN -> integers[index] = value.integer(0, dtype);
      case BYTES -> hold(index, record, value.start(0), value.end(0));
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  /** Takes a decoded Avro value for this feature. */
  void take(int index, Schema schema, Object value) {
    ElementType dtype = features.get(index).dtype();
    String place = places[index];
    switch (kinds[index]) {
      case REAL -> reals[index] = AvroElements.real(schema, value, dtype, place);
      case INTEGER -> integers[index] = AvroElements.integer(schema, value, dtype, place);
      case BOOLEAN -> integers[index] = AvroElements.bool(value, place) ? 1 : 0;
      case BYTES -> {
        byte[] bytes = AvroElements.bytes(value, place);
        hold(index, bytes, 0, bytes.length);
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  private void hold(int index, byte[] source, int start, int end) {
    sources[index] = source;
    starts[index] = start;
    ends[index] = end;
  }

  /** Fills in defaults and writes the vector, numbers in bulk. */
  void write(TensorWriter writer) {
    shape.state(writer);
    for (int i = 0; i < present.length; i++) {
      if (!present[i]) {
        takeDefault(i);
      }
    }
    ElementType to = writer.spec().type();
    if (to != fitting) {
      requireFit(to);
    }
    switch (ElementKind.of(to)) {
      case REAL -> writeReals(writer, to);
      case INTEGER -> {
        for (int i = 0; i < integers.length; i++) {
          requireInteger(i, to);
        }
        writer.put(integers, 0, integers.length);
      }
      case BOOLEAN -> {
        for (int i = 0; i < integers.length; i++) {
          writer.put(integers[i] != 0);
        }
      }
      case BYTES -> {
        for (int i = 0; i < sources.length; i++) {
          writer.putBytes(sources[i], starts[i], ends[i] - starts[i]);
        }
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("takes no features: " + to);
    }
  }

  private void requireFit(ElementType to) {
    for (Feature feature : features) {
      String misfit = feature.misfit(to);
      if (misfit != null) {
        throw new RecordException(RecordReason.WRONG_TYPE, misfit);
      }
    }
    fitting = to;
  }

  private void takeDefault(int index) {
    Serializable value = features.get(index).defaultValue();
    if (value == null) {
      throw new RecordException(
          RecordReason.MISSING_FIELD, places[index] + " is absent or null and has no default");
    }
    if (value instanceof String) {
      hold(index, defaults[index], 0, defaults[index].length);
    } else if (value instanceof Boolean bool) {
      integers[index] = bool ? 1 : 0;
    } else {
      reals[index] = ((Number) value).doubleValue();
      integers[index] = ((Number) value).longValue();
    }
  }

  private void writeReals(TensorWriter writer, ElementType to) {
    if (to == ElementType.FLOAT32) {
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) realFor(i, to);
      }
      writer.put(floats, 0, floats.length);
    } else {
      for (int i = 0; i < reals.length; i++) {
        reals[i] = realFor(i, to);
      }
      writer.put(reals, 0, reals.length);
    }
  }

  private double realFor(int index, ElementType to) {
    double value =
        switch (kinds[index]) {
          case REAL -> reals[index];
          case BOOLEAN -> integers[index];
          case INTEGER ->
              isBeyondLong(index)
                  ? Math.scalb((double) (integers[index] >>> 1), 1)
                  : integers[index];
          case BYTES, COMPLEX, RAW_ONLY -> throw new IllegalStateException("no number: " + index);
        };
    if (!ElementRange.holdsReal(to, value)) {
      throw outOfRange(index, to);
    }
    return value;
  }

  private boolean isBeyondLong(int index) {
    return integers[index] < 0 && features.get(index).dtype() == ElementType.UINT64;
  }

  private void requireInteger(int index, ElementType to) {
    boolean fits =
        isBeyondLong(index)
            ? to == ElementType.UINT64
            : ElementRange.holdsInteger(to, integers[index]);
    if (!fits) {
      throw outOfRange(index, to);
    }
  }

  private RecordException outOfRange(int index, ElementType to) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        places[index] + ": the number is out of the range of the input's " + to);
  }
}
