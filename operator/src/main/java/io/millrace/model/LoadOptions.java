package io.millrace.model;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded.
 *
 * @param tags the tag set of the graph to load; null chooses {@code serve} if present, else the
 *     only graph
 * @param signatureKey the signature that the model is loaded for, whose ops are judged before the
 *     load; null for the default one. Others are judged when they are asked for
 * @param opsPolicy which ops the model may reach
 * @param intraOpParallelism threads inside one op; 0 lets the engine choose
 * @param interOpParallelism threads across ops; -1 runs ops in the caller's thread, 0 lets the
 *     engine choose
 */
public record LoadOptions(
    @Nullable List<String> tags,
    @Nullable String signatureKey,
    OpsPolicy opsPolicy,
    int intraOpParallelism,
    int interOpParallelism)
    implements Serializable {

  /**
   * One thread per op, in the caller's thread: the fastest for models that are small or batched.
   */
  public static final LoadOptions DEFAULT = new LoadOptions(null, null, OpsPolicy.STANDARD, 1, -1);

  public LoadOptions {
    Objects.requireNonNull(opsPolicy, "opsPolicy");
    tags = tags == null ? null : List.copyOf(tags);
    if (intraOpParallelism < 0) {
      throw new IllegalArgumentException(
          "intra-op-parallelism " + intraOpParallelism + ": expected >= 0");
    }
    if (interOpParallelism < -1) {
      throw new IllegalArgumentException(
          "inter-op-parallelism " + interOpParallelism + ": expected >= -1");
    }
  }

  /** The same, for the graph of these tags. */
  public LoadOptions withTags(@Nullable List<String> other) {
    return new LoadOptions(other, signatureKey, opsPolicy, intraOpParallelism, interOpParallelism);
  }

  /** The same, for this signature. */
  public LoadOptions withSignatureKey(@Nullable String other) {
    return new LoadOptions(tags, other, opsPolicy, intraOpParallelism, interOpParallelism);
  }

  /** The same, with this policy. */
  public LoadOptions withOpsPolicy(OpsPolicy other) {
    return new LoadOptions(tags, signatureKey, other, intraOpParallelism, interOpParallelism);
  }

  /** The same, with these threads. */
  public LoadOptions withThreads(int intraOp, int interOp) {
    return new LoadOptions(tags, signatureKey, opsPolicy, intraOp, interOp);
  }
}
