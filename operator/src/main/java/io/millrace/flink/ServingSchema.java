package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.HashMap;
import java.util.Map;

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
   * @throws ModelException SIGNATURE_MISMATCH naming the first input or output that does not fit
   */
  Signature fit(Signature actual) throws ModelException {
    if (!signature.inputNames().equals(actual.inputNames())) {
      throw mismatch(
          "inputs of signature '"
              + actual.name()
              + "': expected "
              + signature.inputNames()
              + ", got "
              + actual.inputNames());
    }
    Map<String, Shape> shapes = new HashMap<>();
    for (TensorSpec input : signature.inputs()) {
      TensorSpec offered = actual.inputs().get(actual.inputIndex(input.name()));
      require(offered.shape().admits(input.shape()), "input", input, offered);
      shapes.put(input.name(), input.shape());
    }
    for (TensorSpec output : signature.outputs()) {
      int index = actual.outputIndex(output.name());
      if (index < 0) {
        throw mismatch(
            "output "
                + output
                + " of signature '"
                + actual.name()
                + "' is missing: got "
                + actual.outputNames());
      }
      TensorSpec offered = actual.outputs().get(index);
      // Declaring more or less of a shape than the version before is no difference in itself.
      boolean fits =
          output.shape().admits(offered.shape()) || offered.shape().admits(output.shape());
      require(fits, "output", output, offered);
    }
    if (batched != actual.hasBatchDimension()) {
      throw mismatch(
          "signature '"
              + actual.name()
              + "' has "
              + (batched ? "no" : "a")
              + " batch dimension, unlike the version before");
    }
    return actual.withInputShapes(shapes);
  }

  private static void require(
      boolean shapeFits, String kind, TensorSpec expected, TensorSpec actual)
      throws ModelException {
    if (expected.type() != actual.type() || !shapeFits) {
      throw mismatch(
          kind
              + " '"
              + expected.name()
              + "': expected "
              + expected.describe()
              + ", got "
              + actual.describe());
    }
  }

  private static ModelException mismatch(String message) {
    return new ModelException(ModelReason.SIGNATURE_MISMATCH, message);
  }
}
