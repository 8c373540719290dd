package io.millrace.connectors.registry;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long to wait before asking once more what did not answer. */
@FunctionalInterface
public interface RetryDelays extends Serializable {
  /** Asks once. */
  RetryDelays NONE = retry -> null;

  /**
   * The delay, or null to give up.
   *
   * @param retry 1 for the first
   */
  @Nullable Duration before(int retry);
}
