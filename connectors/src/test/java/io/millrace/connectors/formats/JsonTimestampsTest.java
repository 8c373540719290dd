package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTimestampsTest {
  private static final long NOON = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();

  private final JsonTimestamps timestamps = new JsonTimestamps("time", RecordLimits.DEFAULT);

  private long read(@Nullable String json) {
    byte[] value = json == null ? null : json.getBytes(UTF_8);
    return timestamps.timestamp(new KafkaRecord("a.jsonl", 0, 7, -1, 0, null, value));
  }

  private void assertRefused(@Nullable String json, RecordReason reason, String part) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOfSatisfying(
            RecordException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(part)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"time\":\"2026-01-31T12:00:00Z\"}",
        "{\"id\":1,\"x\":[1,{\"time\":5}],\"time\":\"2026-01-31T13:00:00+01:00\",\"y\":2}",
        " { \"a\" : \"time\" , \"time\" : \"2026-01-31T12:00:00.0009Z\" } ",
        "{\"\\u0061\":1,\"time\":\"2026-01-31T12:00:00Z\"}",
        "{\"time\":\"2026-01-31T12:00:00\\u005a\"}"
      })
  void timestamp_timesOfIso8601_areRead(String json) {
    assertThat(read(json)).isEqualTo(NOON);
  }

  @Test
  void timestamp_integers_areMilliseconds() {
    assertThat(read("{\"time\":%d}".formatted(NOON))).isEqualTo(NOON);
    assertThat(read("{\"n\":null,\"time\":-5}")).isEqualTo(-5);
    assertThat(read("{\"\\u0074ime\":7}")).isEqualTo(7);
  }

  @Test
  void timestamp_recordWithoutOne_isMissingField() {
    assertRefused("{}", RecordReason.MISSING_FIELD, "field 'time' is absent or null");
    assertRefused("{\"x\":{\"time\":1}}", RecordReason.MISSING_FIELD, "'time'");
    assertRefused("{\"time\":null}", RecordReason.MISSING_FIELD, "epoch milliseconds");
  }

  @Test
  void timestamp_whatIsNoTime_isRefusedWithoutThePayload() {
    assertRefused("{\"time\":\"secret\"}", RecordReason.MALFORMED, "no time with its offset");
    assertRefused("{\"time\":\"2026-01-31T12:00:00\"}", RecordReason.MALFORMED, "offset");
    assertRefused("{\"time\":99999999999999999999}", RecordReason.MALFORMED, "64-bit");
    assertRefused("{\"time\":1.5}", RecordReason.WRONG_TYPE, "'time'");
    assertRefused("{\"time\":[\"secret\"]}", RecordReason.WRONG_TYPE, "'time'");
  }

  @Test
  void timestamp_whatIsNoRecord_isRefused() {
    assertRefused("[]", RecordReason.MALFORMED, "JSON object");
    assertRefused("{\"secret", RecordReason.MALFORMED, "not JSON");
    assertRefused("", RecordReason.MALFORMED, "");
    assertRefused(null, RecordReason.NULL_RECORD, "");
    assertThatThrownBy(
            () ->
                new JsonTimestamps("time", new RecordLimits(3, 5))
                    .timestamp(
                        new KafkaRecord("a", 0, 0, -1, 0, null, "{\"time\":1}".getBytes(UTF_8))))
        .hasMessageContaining("at most 3");
  }
}
