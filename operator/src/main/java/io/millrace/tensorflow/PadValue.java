package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A value that an input is padded with, as the job states it. */
final class PadValue {
  private PadValue() {}

  /**
   * One element in its memory form, or the bytes of a string.
   *
   * @throws ModelException SIGNATURE_MISMATCH if the input's type has no such value
   */
  static byte[] of(TensorSpec input, String text) throws ModelException {
    ElementType type = input.type();
    if (type == ElementType.STRING) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteBuffer element = ByteBuffer.allocate(type.byteSize()).order(ByteOrder.nativeOrder());
    try {
      put(type, element, text.strip());
    } catch (NumberFormatException e) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          "input " + input + " is padded with '" + text + "': expected " + allowed(type),
          e);
    }
    return element.array();
  }

  private static void put(ElementType type, ByteBuffer element, String text) {
    switch (type) {
      case BOOL -> element.put(0, truth(text));
      case FLOAT8_E5M2, FLOAT8_E4M3FN -> {
        // Their zero is a byte of zeros; other values are written raw only.
        if (Double.parseDouble(text) != 0) {
          throw new NumberFormatException();
        }
      }
      case FLOAT16, BFLOAT16, FLOAT32, FLOAT64, COMPLEX64, COMPLEX128 -> {
        NumberFormat.putReal(type, element, 0, Double.parseDouble(text));
        if (!NumberFormat.isFinite(type, element, 0)) {
          throw new NumberFormatException();
        }
      }
      default -> {
        long value =
            type == ElementType.UINT64 ? Long.parseUnsignedLong(text) : Long.parseLong(text);
        if (!NumberFormat.inRange(type, value)) {
          throw new NumberFormatException();
        }
        NumberFormat.putInteger(type, element, 0, value);
      }
    }
  }

  private static byte truth(String text) {
    return switch (text) {
      case "true" -> 1;
      case "false" -> 0;
      default -> throw new NumberFormatException();
    };
  }

  private static String allowed(ElementType type) {
    return switch (type) {
      case BOOL -> "true or false";
      case FLOAT8_E5M2, FLOAT8_E4M3FN -> "0, the one value that " + type + " is padded with";
      default -> type.isFloating() ? "a finite value of " + type : "a value of " + type;
    };
  }
}
