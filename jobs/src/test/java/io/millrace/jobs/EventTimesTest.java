package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import org.junit.jupiter.api.Test;

class EventTimesTest {
  private static KafkaRecord record(long timestamp) {
    return new KafkaRecord("in", 0, 0, timestamp, 0, null, new byte[0]);
  }

  @Test
  void of_recordWithATimestamp_isThat() {
    assertThat(EventTimes.of(record(55))).isEqualTo(55);
    assertThat(EventTimes.of(record(0))).isZero();
  }

  @Test
  void of_recordWithout_isRefusedRatherThanOf1969() {
    assertThatThrownBy(() -> EventTimes.of(record(KafkaRecord.NO_TIMESTAMP)))
        .isInstanceOfSatisfying(
            RecordException.class, e -> assertThat(e.reason()).isEqualTo(RecordReason.NO_MODEL))
        .hasMessageContaining("no timestamp");
  }
}
