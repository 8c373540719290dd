package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.testing.models.ExampleBytes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExampleRecordJsonTest {
  private static final byte[] RECORD =
      ExampleBytes.of(
          Map.of(
              "id", ExampleBytes.strings("a-1"),
              "raw", new ExampleBytes.Values(ExampleBytes.Kind.STRINGS, List.of("\u00FF")),
              "amount", ExampleBytes.floats(0.1f, Float.NaN),
              "tiny", ExampleBytes.floats(2.0e-3f),
              "time", ExampleBytes.integers(1_700_000_000_000L),
              "none", ExampleBytes.floats()));

  private static String json(String... names) {
    return new String(new ExampleRecordJson(List.of(names)).of(RECORD), UTF_8);
  }

  @Test
  void of_wantedFeatures_comeByNameInTheirOrder() {
    assertThat(json("time", "id", "id", "absent", "none"))
        .isEqualTo("{\"time\":1700000000000,\"id\":\"a-1\"}");
    assertThat(json("amount", "tiny", "raw"))
        .isEqualTo("{\"amount\":[0.1,\"NaN\"],\"tiny\":0.002,\"raw\":{\"b64\":\"/w==\"}}");
  }

  @Test
  void of_oneRecordAfterTheOther_keepsNothing() {
    ExampleRecordJson json = new ExampleRecordJson(List.of("id"));

    assertThat(new String(json.of(RECORD), UTF_8)).isEqualTo("{\"id\":\"a-1\"}");
    assertThat(new String(json.of(new byte[0]), UTF_8)).isEqualTo("{}");
  }

  @Test
  void of_noExample_isMalformed() {
    assertThatThrownBy(() -> new ExampleRecordJson(List.of("id")).of("{}".getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            RecordException.class, e -> assertThat(e.reason()).isEqualTo(RecordReason.MALFORMED));
  }

  @Test
  void timestamps_ofAFeature_areRead() {
    JsonTimestamps times =
        new JsonTimestamps("time", RecordLimits.DEFAULT)
            .reading(new ExampleRecordJson(List.of("time")));

    assertThat(times.timestamp(new KafkaRecord("t", 0, 0, 5, 0, null, RECORD)))
        .isEqualTo(1_700_000_000_000L);
  }
}
