package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonParser;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorWriter;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the features of one record, which may come in any order, and writes them as a vector.
 * Reals, integers and bytes have an array each, so that no value is rounded before its input's type
 * is known and none is boxed. Not thread-safe.
 */
final class FeatureVector {
  private final List<Feature> features;
  private final String[] places;
  private final double[] reals;
  private final long[] integers;
  private final byte[][] bytes;
  private final boolean[] present;
  private @Nullable Shape lastRow;
  private @Nullable Shape lastVector;

  FeatureVector(List<Feature> features) {
    this.features = features;
    this.places = features.stream().map(f -> "field '" + f.name() + "'").toArray(String[]::new);
    this.reals = new double[features.size()];
    this.integers = new long[features.size()];
    this.bytes = new byte[features.size()][];
    this.present = new boolean[features.size()];
  }

  /** Forgets the record before. */
  void clear() {
    Arrays.fill(present, false);
  }

  /** Takes the value that the parser stands on for this feature. */
  void take(int index, JsonParser parser) throws IOException {
    ElementType dtype = features.get(index).dtype();
    String place = places[index];
    switch (ElementKind.of(dtype)) {
      case REAL -> reals[index] = JsonElements.real(parser, dtype, place);
      case INTEGER -> integers[index] = JsonElements.integer(parser, dtype, place);
      case BOOLEAN -> integers[index] = JsonElements.bool(parser, place) ? 1 : 0;
      case BYTES -> bytes[index] = JsonElements.bytes(parser, place);
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  /** Takes the value that the scanner stands on for this feature. */
  void take(int index, JsonScanner json) {
    ElementType dtype = features.get(index).dtype();
    switch (ElementKind.of(dtype)) {
      case REAL -> reals[index] = json.real(dtype);
      case INTEGER -> integers[index] = json.integer(dtype);
      case BOOLEAN -> integers[index] = json.bool() ? 1 : 0;
      case BYTES -> {
        int from = json.string();
        bytes[index] = Arrays.copyOfRange(json.bytes(), from, json.position() - 1);
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  /** Takes the only value of a record's feature for this one. */
  void take(int index, ExampleFeature value, byte[] record) {
    ElementType dtype = features.get(index).dtype();
    value.requireOne(dtype);
    switch (ElementKind.of(dtype)) {
      case REAL -> reals[index] = value.real(0, dtype);
      case INTEGER, BOOLEAN -> integers[index] = value.integer(0, dtype);
      case BYTES -> bytes[index] = value.string(0, record);
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not a feature: " + dtype);
    }
    present[index] = true;
  }

  /** Fills in defaults and writes the vector. */
  void write(TensorWriter writer) {
    checkShape(writer);
    for (int i = 0; i < features.size(); i++) {
      if (!present[i]) {
        takeDefault(i);
      }
      put(i, writer);
    }
  }

  private void takeDefault(int index) {
    Serializable value = features.get(index).defaultValue();
    if (value == null) {
      throw new RecordException(
          RecordReason.MISSING_FIELD, places[index] + " is absent or null and has no default");
    }
    if (value instanceof String string) {
      bytes[index] = string.getBytes(StandardCharsets.UTF_8);
    } else if (value instanceof Boolean bool) {
      integers[index] = bool ? 1 : 0;
    } else {
      reals[index] = ((Number) value).doubleValue();
      integers[index] = ((Number) value).longValue();
    }
  }

  private void put(int index, TensorWriter writer) {
    ElementType from = features.get(index).dtype();
    ElementType to = writer.spec().type();
    ElementKind source = ElementKind.of(from);
    switch (ElementKind.of(to)) {
      case REAL -> writer.put(realFor(index, from, to));
      case INTEGER -> writer.put(integerFor(index, from, to));
      case BOOLEAN -> {
        require(source == ElementKind.BOOLEAN, index, to);
        writer.put(integers[index] != 0);
      }
      case BYTES -> {
        require(source == ElementKind.BYTES, index, to);
        writer.put(bytes[index]);
      }
      case COMPLEX, RAW_ONLY -> throw unfit(index, to);
    }
  }

  private double realFor(int index, ElementType from, ElementType to) {
    double value =
        switch (ElementKind.of(from)) {
          case REAL -> reals[index];
          case BOOLEAN -> integers[index];
          case INTEGER ->
              from == ElementType.UINT64 && integers[index] < 0
                  ? Math.scalb((double) (integers[index] >>> 1), 1)
                  : integers[index];
          case BYTES, COMPLEX, RAW_ONLY -> throw unfit(index, to);
        };
    if (!ElementRange.holdsReal(to, value)) {
      throw outOfRange(index, to);
    }
    return value;
  }

  private long integerFor(int index, ElementType from, ElementType to) {
    ElementKind source = ElementKind.of(from);
    require(source == ElementKind.INTEGER || source == ElementKind.BOOLEAN, index, to);
    long value = integers[index];
    boolean beyondLong = from == ElementType.UINT64 && value < 0;
    if (beyondLong ? to != ElementType.UINT64 : !ElementRange.holdsInteger(to, value)) {
      throw outOfRange(index, to);
    }
    return value;
  }

  private void require(boolean fits, int index, ElementType to) {
    if (!fits) {
      throw unfit(index, to);
    }
  }

  private RecordException unfit(int index, ElementType to) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        places[index] + " of " + features.get(index).dtype() + " cannot be an element of " + to);
  }

  private RecordException outOfRange(int index, ElementType to) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        places[index] + ": the number is out of the range of the input's " + to);
  }

  /** The vector is the last dimension; any others are 1, as where a row is a whole tensor. */
  private void checkShape(TensorWriter writer) {
    Shape shape = writer.rowShape();
    Shape vector = lastVector;
    if (!shape.equals(lastRow) || vector == null) {
      vector = vectorShape(shape, features.size());
      if (vector == null) {
        throw new RecordException(
            RecordReason.WRONG_SHAPE,
            "input "
                + writer.spec()
                + ": cannot be filled with a vector of "
                + features.size()
                + " features");
      }
      lastRow = shape;
      lastVector = vector;
    }
    if (!shape.isFullyKnown()) {
      writer.shape(vector.dimensions());
    }
  }

  private static @Nullable Shape vectorShape(Shape row, int length) {
    if (!row.hasRank()) {
      return Shape.of(length);
    }
    if (row.rank() == 0) {
      return length == 1 ? row : null;
    }
    long[] dimensions = new long[row.rank()];
    Arrays.fill(dimensions, 1);
    dimensions[dimensions.length - 1] = length;
    Shape vector = Shape.of(dimensions);
    return row.admits(vector) ? vector : null;
  }
}
