package io.millrace.benchmarks;

import static org.tensorflow.proto.DataType.DT_FLOAT;

import io.millrace.testing.models.Node;
import io.millrace.testing.models.SavedModelWriter;
import java.nio.file.Path;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** {@code x float32[-1] -> y float32[-1]}: the same, beside variables that only take room. */
final class LargeModel {
  private static final int VARIABLE_MEGABYTES = 25;
  private static final long FLOATS = VARIABLE_MEGABYTES * 1_000_000L / Float.BYTES;

  private LargeModel() {}

  /**
   * Writes into a version's directory and returns it.
   *
   * @param megabytes of 1,000,000 bytes; a multiple of 25
   */
  static Path write(Path directory, int megabytes) {
    SavedModelWriter model = new SavedModelWriter();
    for (int i = 0; i < megabytes / VARIABLE_MEGABYTES; i++) {
      model.variable("v" + i, repeated(i + 0.5f));
    }
    Node x = model.placeholder("x", DT_FLOAT, -1);
    Node y = model.node("Identity", "y").input(x).attr("T", DT_FLOAT);
    model.signature("serving_default").input("x", x, DT_FLOAT, -1).output("y", y, DT_FLOAT, -1);
    return model.write(directory);
  }

  /** TensorFlow spreads one value over the shape. */
  private static TensorProto repeated(float value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setSize(FLOATS);
    return TensorProto.newBuilder()
        .setDtype(DT_FLOAT)
        .setTensorShape(shape)
        .addFloatVal(value)
        .build();
  }
}
