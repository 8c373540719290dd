package io.millrace.flink;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FloatRounding;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What answers differ from golden rows in, the first few of it in words. */
final class GoldenReport {
  private static final int SHOWN = 5;

  private final GoldenTolerance tolerance;
  private final List<String> shown = new ArrayList<>();
  private int count;

  GoldenReport(GoldenTolerance tolerance) {
    this.tolerance = tolerance;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /**
   * {@code 2 values of 3 rows differ (tolerance: ..): row 1, output 'y'[0]: expected .., got ..}.
   */
  String message(int rows) {
    return count
        + " value(s) of "
        + rows
        + " row(s) differ (tolerance: "
        + tolerance
        + "): "
        + String.join("; ", shown)
        + (count > SHOWN ? "; and " + (count - SHOWN) + " more" : "");
  }

  /**
   * Compares one row.
   *
   * @param expected by output; outputs that are not among them may be anything
   */
  void compare(int row, Map<String, JsonNode> expected, Prediction actual) {
    for (Map.Entry<String, JsonNode> output : expected.entrySet()) {
      String place = "row " + row + ", output '" + output.getKey() + "'";
      int index = actual.signature().outputIndex(output.getKey());
      if (index < 0) {
        add(place + ": there is none of this name, only " + actual.signature().outputNames());
        continue;
      }
      TensorReader reader = actual.output(index);
      compare(output.getValue(), reader, reader.shape(), 0, 0, place);
    }
  }

  /** Compares what lies below {@code depth} from this element on; returns the one after it. */
  private int compare(
      JsonNode expected, TensorReader actual, Shape shape, int depth, int element, String place) {
    if (depth == shape.rank()) {
      compareElement(expected, actual, element, place);
      return element + 1;
    }
    long size = shape.dimension(depth);
    if (!expected.isArray() || expected.size() != size) {
      add(
          place
              + ": expected "
              + (expected.isArray() ? "a list of " + expected.size() : "a single value")
              + " at depth "
              + depth
              + ", got the shape "
              + shape);
      return element + elements(shape, depth);
    }
    int next = element;
    for (int i = 0; i < size; i++) {
      next = compare(expected.get(i), actual, shape, depth + 1, next, place);
    }
    return next;
  }

  private static int elements(Shape shape, int depth) {
    int elements = 1;
    for (int i = depth; i < shape.rank(); i++) {
      elements *= (int) shape.dimension(i);
    }
    return elements;
  }

  private void compareElement(JsonNode expected, TensorReader actual, int element, String place) {
    try {
      if (!isExpected(expected, actual, element)) {
        add(
            place
                + position(actual.shape(), element)
                + ": expected "
                + expected
                + ", got "
                + text(actual, element));
      }
    } catch (IllegalArgumentException e) {
      add(place + position(actual.shape(), element) + ": " + e.getMessage());
    }
  }

  private boolean isExpected(JsonNode expected, TensorReader actual, int element) {
    ElementType type = actual.spec().type();
    return switch (type) {
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, FLOAT8_E5M2, FLOAT8_E4M3FN ->
          admits(type, JsonValues.real(expected), actual.getDouble(element));
      case COMPLEX64, COMPLEX128 ->
          admits(type, JsonValues.part(expected, 0), actual.getReal(element))
              && admits(type, JsonValues.part(expected, 1), actual.getImaginary(element));
      case BOOL -> JsonValues.bool(expected) == actual.getBoolean(element);
      case STRING -> Arrays.equals(JsonValues.bytes(expected), actual.getBytes(element));
      default -> JsonValues.integer(expected, type) == actual.getLong(element);
    };
  }

  // A number is written in decimals: the nearest of the type is meant, not the number itself.
  private boolean admits(ElementType type, double expected, double actual) {
    return tolerance.admits(FloatRounding.nearest(type, expected), actual);
  }

  private static String text(TensorReader actual, int element) {
    return switch (actual.spec().type()) {
      case FLOAT16, BFLOAT16, FLOAT32 -> Float.toString(actual.getFloat(element));
      case FLOAT64, FLOAT8_E5M2, FLOAT8_E4M3FN -> Double.toString(actual.getDouble(element));
      case COMPLEX64, COMPLEX128 ->
          "[" + actual.getReal(element) + "," + actual.getImaginary(element) + "]";
      case BOOL -> Boolean.toString(actual.getBoolean(element));
      case STRING -> '"' + actual.getString(element) + '"';
      case UINT64 -> Long.toUnsignedString(actual.getLong(element));
      default -> Long.toString(actual.getLong(element));
    };
  }

  private static String position(Shape shape, int element) {
    StringBuilder position = new StringBuilder();
    int rest = element;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      int size = (int) shape.dimension(i);
      position.insert(0, "[" + rest % size + "]");
      rest /= size;
    }
    return position.toString();
  }

  private void add(String mismatch) {
    count++;
    if (shown.size() < SHOWN) {
      shown.add(mismatch);
    }
  }
}
