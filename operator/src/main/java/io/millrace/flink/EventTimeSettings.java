package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.serving.EventTimeSelector;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * How versions are held where a record's time chooses its version.
 *
 * @param maxLoaded so many at a time
 * @param retention how long behind the watermark; null for a timeline that is given whole and for
 *     good, with a history that may come in any order
 */
record EventTimeSettings(int maxLoaded, @Nullable Duration retention) implements Serializable {
  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  /**
   * @param given whether the job is given the whole timeline while it is built
   * @return null where another policy holds
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  static @Nullable EventTimeSettings of(ReadableConfig config, boolean given) {
    if (config.get(InferenceOptions.SWITCH_POLICY) != SwitchPolicy.EVENT_TIME) {
      return null;
    }
    int maxLoaded = LowerBounds.atLeast(config, InferenceOptions.MAX_LOADED_VERSIONS, 1);
    return new EventTimeSettings(
        config.get(InferenceOptions.OVERLAP) == Overlap.UNLOAD_FIRST ? 1 : maxLoaded,
        given ? null : retention(config));
  }

  private static Duration retention(ReadableConfig config) {
    Duration retention = config.get(InferenceOptions.RETENTION);
    if (retention.isNegative() || retention.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "%s is %s: expected 0 ms to %d ms"
              .formatted(InferenceOptions.RETENTION.key(), retention, LONGEST.toMillis()));
    }
    return retention;
  }

  /** Whether nothing is published to the running job. */
  boolean isGiven() {
    return retention == null;
  }

  EventTimeSelector selector() {
    return isGiven()
        ? EventTimeSelector.ofHistory(maxLoaded)
        : EventTimeSelector.retaining(maxLoaded, Objects.requireNonNull(retention));
  }
}
