package io.millrace.tensor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A signature of a model: a named function from input tensors to output tensors. Inputs and outputs
 * are in the order of their names.
 *
 * @param name the signature key
 * @param inputs what is fed, sorted by name
 * @param outputs what is fetched, sorted by name
 */
public record Signature(String name, List<TensorSpec> inputs, List<TensorSpec> outputs)
    implements Serializable {

  public Signature {
    inputs = sorted(inputs);
    outputs = sorted(outputs);
  }

  private static List<TensorSpec> sorted(List<TensorSpec> specs) {
    return specs.stream().sorted(Comparator.comparing(TensorSpec::name)).toList();
  }

  /** The position of this input in {@link #inputs}, or -1. */
  public int inputIndex(String input) {
    return indexOf(inputs, input);
  }

  /** The position of this output in {@link #outputs}, or -1. */
  public int outputIndex(String output) {
    return indexOf(outputs, output);
  }

  // Names are few and mostly the very same String object, so a scan beats a hash look-up.
  private static int indexOf(List<TensorSpec> specs, String name) {
    for (int i = 0; i < specs.size(); i++) {
      if (specs.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The names of the inputs, in order. */
  public List<String> inputNames() {
    return inputs.stream().map(TensorSpec::name).toList();
  }

  /** The names of the outputs, in order. */
  public List<String> outputNames() {
    return outputs.stream().map(TensorSpec::name).toList();
  }

  /**
   * Whether the signature itself allows a batch: dimension 0 is unknown on every input and output.
   * A warm-up has to confirm it.
   */
  public boolean hasBatchDimension() {
    return !inputs.isEmpty()
        && !outputs.isEmpty()
        && inputs.stream().allMatch(spec -> spec.shape().hasUnknownFirst())
        && outputs.stream().allMatch(spec -> spec.shape().hasUnknownFirst());
  }

  /**
   * This signature with inputs narrowed to shapes that the job states, batch dimension included.
   *
   * @throws IllegalArgumentException if a name is not an input, or a shape does not fit what the
   *     signature declares
   */
  public Signature withInputShapes(Map<String, Shape> shapes) {
    for (String input : new TreeSet<>(shapes.keySet())) {
      if (inputIndex(input) < 0) {
        throw new IllegalArgumentException(
            "shape given for unknown input '"
                + input
                + "' of signature '"
                + name
                + "': expected one of "
                + inputNames());
      }
    }
    List<TensorSpec> narrowed = new ArrayList<>();
    for (TensorSpec spec : inputs) {
      Shape shape = shapes.getOrDefault(spec.name(), spec.shape());
      if (!spec.shape().admits(shape)) {
        throw new IllegalArgumentException("input " + spec + " cannot take the shape " + shape);
      }
      narrowed.add(spec.withShape(shape));
    }
    return new Signature(name, narrowed, outputs);
  }
}
