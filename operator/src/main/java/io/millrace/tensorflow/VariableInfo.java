package io.millrace.tensorflow;

import io.millrace.tensor.Shape;
import java.util.Locale;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A tensor in a model's checkpoint.
 *
 * @param name its key there
 * @param dtype its element type as Python spells it, also of those that cannot be fed
 * @param shape its shape, fully known
 * @param bytes its size in the checkpoint; 0 for one that is saved in parts
 */
public record VariableInfo(String name, String dtype, Shape shape, long bytes) {

  static VariableInfo of(String name, BundleEntryProto entry) {
    Shape shape =
        Shape.of(
            entry.getShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .map(size -> Math.max(size, Shape.UNKNOWN))
                .toArray());
    return new VariableInfo(name, spelling(entry), shape, entry.getSize());
  }

  private static String spelling(BundleEntryProto entry) {
    return switch (entry.getDtype()) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      case DT_HALF -> "float16";
      default -> entry.getDtype().name().replaceFirst("^DT_", "").toLowerCase(Locale.ROOT);
    };
  }
}
