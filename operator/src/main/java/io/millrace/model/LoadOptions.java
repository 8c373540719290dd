package io.millrace.model;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a model is loaded.
 *
 * @param tags the tag set of the graph to load; null chooses {@code serve} if present, else the
 *     only graph
 * @param intraOpParallelism threads inside one op; 0 lets the engine choose
 * @param interOpParallelism threads across ops; -1 runs ops in the caller's thread, 0 lets the
 *     engine choose
 */
public record LoadOptions(
    @Nullable List<String> tags, int intraOpParallelism, int interOpParallelism)
    implements Serializable {

  /**
   * One thread per op, in the caller's thread: the fastest for models that are small or batched.
   */
  public static final LoadOptions DEFAULT = new LoadOptions(null, 1, -1);

  public LoadOptions {
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
}
