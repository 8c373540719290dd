package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorWriter;

/**
 * Writes a feature into the input of its name. A feature is a flat list: its length has to be that
 * of the input's shape, or settles the one dimension that is unknown. Not thread-safe.
 */
final class ExampleInput {
  private final ExampleFeature feature;
  private final String place;
  private Shape declared = Shape.scalar();
  private long[] dimensions = {};

  ExampleInput(ExampleFeature feature, String place) {
    this.feature = feature;
    this.place = place;
  }

  /**
   * Writes the values, in the order in which they came.
   *
   * @throws RecordException WRONG_TYPE for another list or a value out of range, WRONG_SHAPE for
   *     another number of values
   */
  void write(TensorWriter writer, byte[] record) {
    ElementType type = writer.spec().type();
    feature.requireKind(type);
    stateShape(writer);
    switch (ElementKind.of(type)) {
      case REAL -> feature.putReals(writer, type);
      case INTEGER -> {
        for (int i = 0; i < feature.count(); i++) {
          writer.put(feature.integer(i, type));
        }
      }
      case BOOLEAN -> {
        for (int i = 0; i < feature.count(); i++) {
          writer.put(feature.integer(i, type) != 0);
        }
      }
      case BYTES -> feature.putStrings(writer, record);
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not in a tf.Example: " + type);
    }
  }

  private void stateShape(TensorWriter writer) {
    Shape shape = writer.rowShape();
    int count = feature.count();
    if (shape.isFullyKnown()) {
      if (shape.elements() != count) {
        throw wrongShape(shape);
      }
      return;
    }
    if (!shape.equals(declared)) {
      declared = shape;
      dimensions = shape.hasRank() ? shape.dimensions() : new long[0];
    }
    int open = openDimension(shape);
    long known = 1;
    for (int i = 0; i < dimensions.length; i++) {
      known *= i == open ? 1 : shape.dimension(i);
    }
    if (known == 0 || count % known != 0) {
      throw wrongShape(shape);
    }
    dimensions[open] = count / known;
    writer.shape(dimensions);
  }

  private int openDimension(Shape shape) {
    int open = -1;
    for (int i = 0; i < dimensions.length; i++) {
      if (shape.dimension(i) == Shape.UNKNOWN) {
        if (open >= 0) {
          throw ambiguous(shape);
        }
        open = i;
      }
    }
    if (open < 0) {
      throw ambiguous(shape);
    }
    return open;
  }

  private RecordException wrongShape(Shape shape) {
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        place + ": " + feature.count() + " values do not fill the shape " + shape);
  }

  private RecordException ambiguous(Shape shape) {
    return new RecordException(
        RecordReason.WRONG_SHAPE,
        place
            + ": a tf.Example has no shapes, and "
            + shape
            + " leaves more than one dimension open; state them in model.input-shapes");
  }
}
