package io.millrace.connectors.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModelEventJsonTest {

  @Test
  void outbound_event_isTheFixedForm() {
    ModelEvent event =
        new ModelEvent(
            Instant.parse("2026-01-31T00:00:00.5Z"),
            "score-topic",
            1,
            2,
            "fraud",
            7,
            "sha256:ab",
            VersionState.AVAILABLE,
            true,
            null,
            "",
            new LoadTimes(
                Duration.ofMillis(100),
                Duration.ZERO,
                Duration.ofMillis(1_200),
                Duration.ofMillis(3),
                Duration.ofNanos(12_500)));

    OutboundRecord out = ModelEventJson.outbound("model-events", event);

    assertThat(out.topic()).isEqualTo("model-events");
    assertThat(out.key()).asString(UTF_8).isEqualTo("fraud");
    assertThat(out.value())
        .asString(UTF_8)
        .isEqualTo(
            "{\"format\":1,\"time\":\"2026-01-31T00:00:00.500Z\",\"job\":\"score-topic\","
                + "\"subtask\":1,\"parallelism\":2,\"model\":\"fraud\",\"version\":7,"
                + "\"digest\":\"sha256:ab\",\"state\":\"AVAILABLE\",\"active\":true,"
                + "\"reason\":null,\"message\":\"\",\"millis\":{\"fetch\":100,\"verify\":0,"
                + "\"load\":1200,\"warm-up\":3,\"switch\":0.0125}}");
  }

  @Test
  void decode_whatWasEncoded_isTheSame() {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      ModelEvent event = event(random);
      assertThat(ModelEventJson.decode(ModelEventJson.encode(event)))
          .as("seed %s, case %s", seed, i)
          .isEqualTo(event);
    }
  }

  @Test
  void decode_somethingElse_saysWhatIsWrong() {
    assertThatThrownBy(() -> ModelEventJson.decode("{}".getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("field 'format' is absent");
    assertThatThrownBy(() -> ModelEventJson.decode("{\"format\": 2}".getBytes(UTF_8)))
        .hasMessage("format 2: expected 1");
  }

  static ModelEvent event(Random random) {
    boolean rejected = random.nextBoolean();
    return new ModelEvent(
        Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
        "job " + random.nextInt(),
        random.nextInt(8),
        8,
        "fraud",
        random.nextBoolean() ? ModelEventJson.NO_VERSION : random.nextInt(100),
        random.nextBoolean() ? null : "sha256:" + random.nextInt(),
        VersionState.values()[random.nextInt(VersionState.values().length)],
        random.nextBoolean(),
        rejected ? ModelReason.values()[random.nextInt(ModelReason.values().length)] : null,
        rejected ? "line\nbreak \"quoted\" é" : "",
        new LoadTimes(
            duration(random),
            duration(random),
            duration(random),
            duration(random),
            duration(random)));
  }

  private static Duration duration(Random random) {
    return random.nextInt(4) == 0
        ? Duration.ofMillis(random.nextInt(10_000) * 100L)
        : Duration.ofNanos(random.nextLong() >>> 20);
  }
}
