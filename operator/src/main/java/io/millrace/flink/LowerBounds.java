package io.millrace.flink;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;

/** Reads options that have a least value; each refusal names key, value and what is allowed. */
final class LowerBounds {
  private LowerBounds() {}

  /**
   * @throws IllegalArgumentException for a lower value
   */
  static int atLeast(ReadableConfig config, ConfigOption<Integer> option, int least) {
    int value = config.get(option);
    if (value < least) {
      throw new IllegalArgumentException(
          option.key() + " is " + value + ": expected an integer >= " + least);
    }
    return value;
  }

  /**
   * @throws IllegalArgumentException for a shorter duration, which a timer would take for none
   */
  static Duration atLeastOneMilli(ReadableConfig config, ConfigOption<Duration> option) {
    Duration value = config.get(option);
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(
          option.key()
              + " is "
              + TimeUtils.formatWithHighestUnit(value)
              + ": expected at least 1 ms");
    }
    return value;
  }
}
