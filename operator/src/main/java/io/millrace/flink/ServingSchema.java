package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a job writes into its model and reads from it, fixed by the first version that scored: a
 * later one may only answer more. Kept in state, so that a restart does not take the present
 * version for the first one.
 *
 * @param signature with the shapes that the job states
 * @param batched whether a row is without dimension 0
 */
record ServingSchema(Signature signature, boolean batched) {

  /**
   * A later version's signature as this job uses it: inputs narrowed to the shapes that the job is
   * used to.
   *
   * @throws ModelException SIGNATURE_MISMATCH naming every input and output that does not fit
   */
  Signature fit(Signature actual) throws ModelException {
    List<String> misfits = new ArrayList<>(inInputs(actual));
    misfits.addAll(inOutputs(actual));
    if (batched != actual.hasBatchDimension()) {
      misfits.add((batched ? "no" : "a") + " batch dimension, unlike the version before");
    }
    if (!misfits.isEmpty()) {
      throw new ModelException(
          ModelReason.SIGNATURE_MISMATCH,
          "signature '%s': %s".formatted(actual.name(), String.join("; ", misfits)));
    }
    return actual.withInputShapes(
        signature.inputs().stream().collect(Collectors.toMap(TensorSpec::name, TensorSpec::shape)));
  }

  private List<String> inInputs(Signature actual) {
    List<String> misfits = new ArrayList<>();
    if (!signature.inputNames().equals(actual.inputNames())) {
      misfits.add(
          "inputs: expected %s, got %s".formatted(signature.inputNames(), actual.inputNames()));
    }
    for (TensorSpec input : signature.inputs()) {
      int index = actual.inputIndex(input.name());
      if (index >= 0) {
        TensorSpec offered = actual.inputs().get(index);
        compare("input", input, offered, offered.shape().admits(input.shape()), misfits);
      }
    }
    return misfits;
  }

  private List<String> inOutputs(Signature actual) {
    List<String> misfits = new ArrayList<>();
    for (TensorSpec output : signature.outputs()) {
      int index = actual.outputIndex(output.name());
      if (index < 0) {
        misfits.add("output %s is missing: got %s".formatted(output, actual.outputNames()));
        continue;
      }
      TensorSpec offered = actual.outputs().get(index);
      // Declaring more or less of a shape than the version before is no difference in itself.
      boolean fits =
          output.shape().admits(offered.shape()) || offered.shape().admits(output.shape());
      compare("output", output, offered, fits, misfits);
    }
    return misfits;
  }

  private static void compare(
      String kind,
      TensorSpec expected,
      TensorSpec actual,
      boolean shapeFits,
      List<String> misfits) {
    if (expected.type() != actual.type() || !shapeFits) {
      misfits.add(
          "%s '%s': expected %s, got %s"
              .formatted(kind, expected.name(), expected.describe(), actual.describe()));
    }
  }
}
