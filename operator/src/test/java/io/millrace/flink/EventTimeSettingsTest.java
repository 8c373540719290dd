package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

class EventTimeSettingsTest {
  private final Configuration config = new Configuration();

  private EventTimeSettingsTest byEventTime() {
    config.set(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME);
    return this;
  }

  @Test
  void of_anotherPolicy_isNothing() {
    assertThat(EventTimeSettings.of(config, false)).isNull();
  }

  @Test
  void of_runningJob_retainsAndHoldsAsConfigured() {
    byEventTime().config.set(InferenceOptions.MAX_LOADED_VERSIONS, 5);
    assertThat(EventTimeSettings.of(config, false))
        .isEqualTo(new EventTimeSettings(5, Duration.ofHours(1)));
    config.set(InferenceOptions.OVERLAP, Overlap.UNLOAD_FIRST);
    assertThat(EventTimeSettings.of(config, false))
        .isEqualTo(new EventTimeSettings(1, Duration.ofHours(1)));
  }

  @Test
  void of_givenTimeline_retainsForGood() {
    assertThat(EventTimeSettings.of(byEventTime().config, true))
        .isEqualTo(new EventTimeSettings(2, null));
  }

  @Test
  void of_noVersionAtATime_isRefused() {
    byEventTime().config.set(InferenceOptions.MAX_LOADED_VERSIONS, 0);
    assertThatThrownBy(() -> EventTimeSettings.of(config, false))
        .hasMessage("model.max-loaded-versions is 0: expected an integer >= 1");
  }

  @Test
  void of_retentionThatIsNoTime_isRefused() {
    byEventTime();
    for (Duration retention : List.of(Duration.ofMillis(-1), Duration.ofSeconds(Long.MAX_VALUE))) {
      config.set(InferenceOptions.RETENTION, retention);
      assertThatThrownBy(() -> EventTimeSettings.of(config, false))
          .hasMessageStartingWith(InferenceOptions.RETENTION.key() + " is " + retention)
          .hasMessageEndingWith(": expected 0 ms to 9223372036854775807 ms");
    }
    config.set(InferenceOptions.RETENTION, Duration.ZERO);
    assertThat(EventTimeSettings.of(config, false))
        .isEqualTo(new EventTimeSettings(2, Duration.ZERO));
  }

  @Test
  void settings_memoryIsReckonedForWhatIsHeldAtATime() {
    config.set(InferenceOptions.NAME, "m");
    byEventTime().config.set(InferenceOptions.MAX_LOADED_VERSIONS, 3);
    InferenceSettings settings = InferenceSettings.of(config, List.of("file:///m"), 2, true);
    assertThat(settings.versionsAtOnce()).isEqualTo(3);
  }

  @Test
  void inference_oneVersionWithoutATime_isRefused() {
    Inference<Float> inference =
        Inference.on(StreamExecutionEnvironment.getExecutionEnvironment().fromData(1f))
            .configure(byEventTime().config)
            .model("m", 1, "file:///m/1")
            .features((value, row) -> row.input("x").put(value));
    assertThatThrownBy(
            () -> inference.predictions((value, prediction, version) -> value, Types.FLOAT))
        .hasMessageContaining("no version has an effective-from: expected timeline(...)");
  }
}
