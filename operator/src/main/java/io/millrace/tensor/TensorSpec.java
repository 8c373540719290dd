package io.millrace.tensor;

import java.io.Serializable;
import java.util.Objects;

/**
 * One input or output of a signature.
 *
 * @param name the name by which the signature knows it
 * @param type its element type
 * @param shape its shape, batch dimension included
 */
public record TensorSpec(String name, ElementType type, Shape shape) implements Serializable {

  public TensorSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(shape, "shape");
  }

  /** The same input or output with another shape. */
  public TensorSpec withShape(Shape other) {
    return new TensorSpec(name, type, other);
  }

  /** {@code float32[-1, 784]}: type and shape without the name, as messages spell them. */
  public String describe() {
    return shape.hasRank() ? type.toString() + shape : type + " of unknown rank";
  }

  @Override
  public String toString() {
    return "'" + name + "': " + describe();
  }
}
