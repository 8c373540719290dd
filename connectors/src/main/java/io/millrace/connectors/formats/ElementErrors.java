package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;

/**
 * Why a value is not what an input takes, in the same words for all formats. {@code place} is the
 * input or field; messages name it, the type and the kind of value, never the value.
 */
final class ElementErrors {
  private ElementErrors() {}

  static RecordException wrongType(ElementType type, String place, String kind) {
    return new RecordException(
        RecordReason.WRONG_TYPE, place + ": expected " + type + ", got " + kind);
  }

  static RecordException outOfRange(ElementType type, String place) {
    return new RecordException(
        RecordReason.WRONG_TYPE, place + ": the number is out of the range of " + type);
  }

  static RecordException notAPair(ElementType type, String place) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        place + ": expected " + type + " as a list of real and imaginary part");
  }

  static RecordException noList(Shape shape, String place, int depth, String kind) {
    return wrongShape(shape, place, "expected a list at depth " + depth + ", got " + kind);
  }

  static RecordException wrongLength(Shape shape, String place, int depth, long length) {
    return wrongShape(
        shape,
        place,
        "expected "
            + shape.dimension(depth)
            + " elements in a list at depth "
            + depth
            + ", got "
            + length);
  }

  static RecordException tooDeep(Shape shape, String place) {
    return wrongShape(shape, place, "the lists are nested too deep");
  }

  private static RecordException wrongShape(Shape shape, String place, String detail) {
    return new RecordException(
        RecordReason.WRONG_SHAPE, place + ": " + detail + "; the value's shape is " + shape);
  }
}
