package io.millrace.tensorflow;

import io.millrace.tensor.Signature;
import java.util.List;

/**
 * A signature and the tensors of the graph behind its names.
 *
 * @param inputTensors {@code operation:index} for each of the signature's inputs, in their order
 * @param outputTensors {@code operation:index} for each of the signature's outputs, in their order
 */
record BoundSignature(Signature signature, List<String> inputTensors, List<String> outputTensors) {
  BoundSignature {
    inputTensors = List.copyOf(inputTensors);
    outputTensors = List.copyOf(outputTensors);
  }
}
