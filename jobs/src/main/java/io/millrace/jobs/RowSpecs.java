package io.millrace.jobs;

import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InputShapes;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;

/**
 * What a record has to fill: the inputs without the batch dimension, as the signature and the
 * configuration have them.
 *
 * @param inputs in the order of their names
 */
record RowSpecs(List<TensorSpec> inputs) {
  RowSpecs {
    inputs = List.copyOf(inputs);
  }

  /**
   * Those of a signature.
   *
   * @throws ConfigurationException if it does not take the shapes that are configured
   */
  static RowSpecs of(ReadableConfig config, Signature signature) throws ConfigurationException {
    Signature narrowed = narrowed(config, signature);
    // Without batches too, such a signature is given rows, one at a time.
    boolean batched = narrowed.hasBatchDimension();
    return new RowSpecs(
        narrowed.inputs().stream().map(spec -> batched ? withoutBatch(spec) : spec).toList());
  }

  /**
   * A signature as it is called, its inputs as narrow as the configuration has them.
   *
   * @throws ConfigurationException if it does not take the shapes that are configured
   */
  static Signature narrowed(ReadableConfig config, Signature signature)
      throws ConfigurationException {
    try {
      return signature.withInputShapes(InputShapes.of(config));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          InferenceOptions.INPUT_SHAPES.key() + ": " + e.getMessage(), e);
    }
  }

  private static TensorSpec withoutBatch(TensorSpec spec) {
    long[] dimensions = spec.shape().dimensions();
    return spec.withShape(Shape.of(Arrays.copyOfRange(dimensions, 1, dimensions.length)));
  }

  /**
   * How many bytes a record has that is the inputs' memory.
   *
   * @throws ConfigurationException naming every input that such a record cannot carry
   */
  int rawBytes(int maxRecordBytes) throws ConfigurationException {
    List<String> unfit =
        inputs.stream()
            .filter(spec -> spec.type() == ElementType.STRING || !spec.shape().isFullyKnown())
            .map(TensorSpec::toString)
            .toList();
    if (!unfit.isEmpty()) {
      throw new ConfigurationException(
          "input.format raw cannot carry a row of "
              + String.join(", ", unfit)
              + ": expected no strings, and inner dimensions that the signature or"
              + " model.input-shapes fix");
    }
    long bytes =
        inputs.stream().mapToLong(spec -> spec.shape().elements() * spec.type().byteSize()).sum();
    if (bytes < 1 || bytes > maxRecordBytes) {
      throw new ConfigurationException(
          "a raw record of the inputs %s has %d bytes: expected 1 to records.max-size, %d"
              .formatted(inputs, bytes, maxRecordBytes));
    }
    return (int) bytes;
  }
}
