package io.millrace.tensorflow;

import io.millrace.model.BatchOptions;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.util.Map;

/** Opens the inputs of a batch. */
final class Inputs {
  private static final byte[] NO_PADDING = {};

  private final BatchOptions options;
  private final boolean retained;

  /**
   * @param retained whether the model may keep the tensors that it is fed
   */
  Inputs(BatchOptions options, boolean retained) {
    this.options = options;
    this.retained = retained;
  }

  /**
   * An input without memory yet.
   *
   * @throws ModelException SIGNATURE_MISMATCH if its rank is unknown, or there is no batch
   *     dimension where the options count on one
   */
  InputWriter open(TensorSpec spec) throws ModelException {
    check(spec);
    Shape shape = spec.shape();
    Shape row = options.batched() ? shape.withoutFirst() : shape;
    boolean string = spec.type() == ElementType.STRING;
    InputTensors.Slices slices =
        retained
            ? InputTensors.Slices.COPY_ALL
            : string ? InputTensors.Slices.SHARE_ALL : InputTensors.Slices.COPY_LATER;
    InputTensors tensors =
        new InputTensors(spec.type().number(), options.batched(), options.maxRows(), slices);
    byte[] pad = padValue(spec, row);
    return string
        ? new StringInput(
            spec, row, pad, new RowMemory(ElementBytes.STRING, options.sizes(), tensors))
        : new NumericInput(
            spec,
            row,
            options.rejectNonFinite(),
            pad,
            new RowMemory(NumberFormat.unitBytes(spec.type()), options.sizes(), tensors));
  }

  private void check(TensorSpec spec) throws ModelException {
    String signature = "signature '" + options.signature().name() + "'";
    if (!spec.shape().hasRank()) {
      throw mismatch(
          "input '%s' of %s is of unknown rank: state its shape in model.input-shapes"
              .formatted(spec.name(), signature));
    }
    if (options.batched() && !spec.shape().hasUnknownFirst()) {
      throw mismatch(
          "input %s of %s has no batch dimension (an unknown first one): set batching.mode to off"
              .formatted(spec, signature));
    }
    if (spec.type() == ElementType.STRING && retained) {
      throw mismatch(
          "%s may keep the strings of input '%s' beyond the call (in a variable or a queue), which is not supported"
              .formatted(signature, spec.name()));
    }
  }

  private static ModelException mismatch(String message) {
    return new ModelException(ModelReason.SIGNATURE_MISMATCH, message);
  }

  private byte[] padValue(TensorSpec spec, Shape row) throws ModelException {
    Map<String, String> values = options.padValues();
    if (values == null || row.isFullyKnown()) {
      return NO_PADDING;
    }
    String value = values.get(spec.name());
    if (value == null) {
      throw mismatch("input " + spec + " has no value to be padded with: expected one");
    }
    return PadValue.of(spec, value);
  }

  /**
   * Allocates the memory of an input, as far as its shape is known.
   *
   * @param reserve whether to allocate, or to grow with the rows
   * @throws ModelException TOO_LARGE if it does not fit 2 GiB
   */
  void allocate(InputWriter input, boolean reserve) throws ModelException {
    try {
      input.allocate(options.maxRows(), reserve);
    } catch (ArithmeticException e) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          "input "
              + input.spec()
              + ": "
              + options.maxRows()
              + " rows take more than 2 GiB; lower batching.max-batch-size",
          e);
    }
  }
}
