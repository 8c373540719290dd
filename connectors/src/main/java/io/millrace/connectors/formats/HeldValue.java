package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.util.Arrays;

/**
 * The value of one input, held until the whole record is known to be good. Its arrays are reused
 * from record to record, and go to the row in bulk. Not thread-safe.
 */
final class HeldValue {
  /** Twice as many still fit an array. */
  private static final int MAX_HELD = 1 << 28;

  private final ElementType type;
  private final ElementKind kind;

  private Shape declared = Shape.unknownRank();
  private long[] dimensions = {};
  private boolean fullyKnown;

  private float[] floats = {};
  private double[] doubles = {};

  /** Integers, booleans as 0 and 1; of a string where its bytes begin and end. */
  private long[] longs = {};

  private int count;

  HeldValue(TensorSpec spec) {
    this.type = spec.type();
    this.kind = ElementKind.of(type);
  }

  /** Holds the value that the scanner moves over, of this shape where its dimensions are known. */
  void read(JsonScanner json, Shape shape) {
    NotPlain.unless(shape.hasRank() && kind != ElementKind.COMPLEX && kind != ElementKind.RAW_ONLY);
    if (!shape.equals(declared)) {
      declared = shape;
      dimensions = shape.dimensions();
      fullyKnown = shape.isFullyKnown();
    }
    json.requireDepth(1 + dimensions.length);
    if (!fullyKnown) {
      for (int i = 0; i < dimensions.length; i++) {
        dimensions[i] = declared.dimension(i);
      }
    }
    count = 0;
    if (dimensions.length == 0) {
      element(json);
    } else {
      list(json, 0);
      settleBelowEmptyList();
    }
  }

  /** Dimensions below an empty list are as declared, or 0, as by tokens. */
  private void settleBelowEmptyList() {
    for (int i = 0; i < dimensions.length; i++) {
      dimensions[i] = Math.max(dimensions[i], 0);
    }
  }

  private void list(JsonScanner json, int depth) {
    json.expect('[');
    int found = json.peek() == ']' ? 0 : values(json, depth);
    json.expect(']');
    if (dimensions[depth] == Shape.UNKNOWN) {
      dimensions[depth] = found;
    }
    NotPlain.unless(dimensions[depth] == found);
  }

  private int values(JsonScanner json, int depth) {
    return depth < dimensions.length - 1 ? lists(json, depth + 1) : elements(json);
  }

  private int lists(JsonScanner json, int depth) {
    int found = 0;
    do {
      list(json, depth);
      found++;
    } while (json.take(','));
    return found;
  }

  private int elements(JsonScanner json) {
    if (type == ElementType.FLOAT32) {
      int before = count;
      do {
        makeRoomForFloat();
        count = json.reals(floats, count);
      } while (json.take(','));
      return count - before;
    }
    int found = 0;
    do {
      element(json);
      found++;
    } while (json.take(','));
    return found;
  }

  private void element(JsonScanner json) {
    switch (kind) {
      case REAL -> {
        if (type == ElementType.FLOAT32) {
          hold((float) json.real());
        } else {
          hold(json.real(type));
        }
      }
      case INTEGER -> hold(json.integer(type));
      case BOOLEAN -> hold(json.bool() ? 1 : 0);
      case BYTES -> {
        hold(json.string());
        hold(json.position() - 1);
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not held: " + type);
    }
  }

  private void hold(float value) {
    NotPlain.unless(!Float.isInfinite(value));
    makeRoomForFloat();
    floats[count++] = value;
  }

  private void makeRoomForFloat() {
    if (count == floats.length) {
      floats = Arrays.copyOf(floats, grown(count));
    }
  }

  private void hold(double value) {
    if (count == doubles.length) {
      doubles = Arrays.copyOf(doubles, grown(count));
    }
    doubles[count++] = value;
  }

  private void hold(long value) {
    if (count == longs.length) {
      longs = Arrays.copyOf(longs, grown(count));
    }
    longs[count++] = value;
  }

  private static int grown(int length) {
    NotPlain.unless(length <= MAX_HELD);
    return Math.max(16, 2 * length);
  }

  /**
   * Writes the value that is held.
   *
   * @param source the record, which strings are copied from
   */
  void write(TensorWriter writer, byte[] source) {
    if (!fullyKnown) {
      writer.shape(dimensions);
    }
    switch (kind) {
      case REAL -> {
        if (type == ElementType.FLOAT32) {
          writer.put(floats, 0, count);
        } else {
          writer.put(doubles, 0, count);
        }
      }
      case INTEGER -> writer.put(longs, 0, count);
      case BOOLEAN -> {
        for (int i = 0; i < count; i++) {
          writer.put(longs[i] != 0);
        }
      }
      case BYTES -> {
        for (int i = 0; i < count; i += 2) {
          writer.putBytes(source, (int) longs[i], (int) (longs[i + 1] - longs[i]));
        }
      }
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not held: " + type);
    }
  }
}
