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
 */
public record Refusal(
    ModelReason reason,
    String message,
    @Nullable String op,
    @Nullable String node,
    @Nullable String function) {

  static Refusal of(ModelReason reason, @Nullable String message) {
    return new Refusal(reason, String.valueOf(message), null, null, null);
  }
}
