package io.millrace.tensorflow;

import io.millrace.model.ModelReason;
import org.jspecify.annotations.Nullable;

/**
 * Why a model, or one of its signatures, is not to be run.
 *
 * @param reason the code
 * @param message what is wrong and where
 * @param op the op that is refused, if it is one
 * @param node its node
 * @param function the function whose body the node is in, or null for the graph itself
 * @param count how many refusals it stands for: 1, but for the last one of a list that was cut
 */
public record Refusal(
    ModelReason reason,
    String message,
    @Nullable String op,
    @Nullable String node,
    @Nullable String function,
    int count) {

  static Refusal of(ModelReason reason, @Nullable String message) {
    return new Refusal(reason, String.valueOf(message), null, null, null, 1);
  }

  /** The end of a list that does not name every node. */
  static Refusal ofOthers(String run, int listed, int count) {
    String message =
        "and "
            + count
            + " more op(s) that "
            + run
            + " reaches are refused: only the first "
            + listed
            + " are listed";
    return new Refusal(ModelReason.OP_REFUSED, message, null, null, null, count);
  }
}
