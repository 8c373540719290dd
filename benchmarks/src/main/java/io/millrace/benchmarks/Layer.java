package io.millrace.benchmarks;

/** A layer of a network, written for TensorFlow and for ONNX from the same weights. */
sealed interface Layer {

  /**
   * @param weights in row-major order, {@code inputs x outputs}
   * @param activation an op of that name in both: {@code Relu} or {@code Softmax}
   */
  record Dense(int inputs, int outputs, float[] weights, float[] bias, String activation)
      implements Layer {}

  /**
   * Without padding, followed by Relu.
   *
   * @param side of the square kernel
   * @param weights in TensorFlow's order, {@code height x width x inputs x outputs}
   */
  record Convolution(int side, int stride, int inputs, int outputs, float[] weights, float[] bias)
      implements Layer {

    /** The kernel in ONNX's order, {@code outputs x inputs x height x width}. */
    float[] outputsFirst() {
      float[] turned = new float[weights.length];
      int target = 0;
      for (int output = 0; output < outputs; output++) {
        for (int input = 0; input < inputs; input++) {
          for (int place = 0; place < side * side; place++) {
            turned[target++] = weights[(place * inputs + input) * outputs + output];
          }
        }
      }
      return turned;
    }
  }

  /** Takes each row for a square image of one channel. */
  record ToImage(int side) implements Layer {}

  /** Takes each image for a row of so many values, channels innermost. */
  record ToRow(int values) implements Layer {}
}
