package io.millrace.flink;

import java.util.Map;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/** The values that {@link InferenceOptions#PAD_VALUES} states. */
final class PadValues {
  private PadValues() {}

  /**
   * The values by input; null where the job does not pad.
   *
   * @throws IllegalArgumentException naming the key and what is allowed
   */
  static @Nullable Map<String, String> of(ReadableConfig config) {
    Map<String, String> values = config.getOptional(InferenceOptions.PAD_VALUES).orElse(Map.of());
    String pad = InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS.key();
    if (!config.get(InferenceOptions.PAD_VARIABLE_LENGTH_INPUTS)) {
      if (!values.isEmpty()) {
        throw new IllegalArgumentException(
            InferenceOptions.PAD_VALUES.key() + " is given: expected " + pad + " to be true, too");
      }
      return null;
    }
    if (config.get(InferenceOptions.BATCHING) == InferenceOptions.Batching.OFF) {
      throw new IllegalArgumentException(
          pad
              + " is true with "
              + InferenceOptions.BATCHING.key()
              + " off: expected one of them, as a record that is a whole call has none to be as"
              + " long as");
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          InferenceOptions.PAD_VALUES.key()
              + " is missing: expected a value for each input of unknown inner dimensions, as "
              + pad
              + " is true");
    }
    if (config.get(InferenceOptions.DETERMINISTIC)) {
      throw new IllegalArgumentException(
          pad
              + " is true with "
              + InferenceOptions.DETERMINISTIC.key()
              + ": expected one of them, as the length that a record is padded to depends on its"
              + " neighbours");
    }
    return values;
  }
}
