package io.millrace.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.Command.Rollback;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelVersion;
import io.millrace.model.Timeline;
import io.millrace.model.VersionState;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class SerializersTest {
  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
  private static final Publish PUBLISH =
      new Publish(
          "fraud",
          7,
          URI.create("hdfs:///models/fraud/7"),
          DIGEST,
          41,
          true,
          Instant.parse("2026-01-31T00:00:00Z"));
  private static final List<Command> COMMANDS =
      List.of(
          PUBLISH,
          new Publish("fraud", 8, URI.create("s3://b/8"), null, 42, false, null),
          new Activate("fraud", 8, 43),
          new Rollback("fraud", 7L, 44),
          new Rollback("fraud", null, 45),
          new Retire("fraud", 8, 46));

  private static <T> T roundTrip(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(value, out);
    byte[] bytes = out.getCopyOfBuffer();
    DataOutputSerializer copied = new DataOutputSerializer(64);
    serializer.copy(new DataInputDeserializer(bytes), copied);
    assertThat(copied.getCopyOfBuffer()).isEqualTo(bytes);
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    T read = serializer.deserialize(in);
    assertThat(in.available()).isZero();
    return read;
  }

  @Test
  void commands_surviveTheWire() throws IOException {
    for (Command command : COMMANDS) {
      assertThat(roundTrip(CommandSerializer.INSTANCE, command)).isEqualTo(command);
    }
  }

  private static final ServingState STATE =
      new ServingState(
          new Timeline.Snapshot(40, List.of(PUBLISH), List.of(7L, 5L), COMMANDS),
          PUBLISH,
          new ServingSchema(
              new Signature(
                  "serving_default",
                  List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 3))),
                  List.of(new TensorSpec("y", ElementType.INT64, Shape.unknownRank()))),
              true));

  @Test
  void servingState_survives() throws IOException {
    for (ServingState state :
        List.of(STATE, new ServingState(Timeline.Snapshot.EMPTY, null, null))) {
      assertThat(roundTrip(ServingStateSerializer.INSTANCE, state)).isEqualTo(state);
    }
  }

  // Bytes as the first release writes them, every kind of command among them: a later release must
  // go on reading them.
  @Test
  void servingState_storedByTheFirstRelease_isRead() throws IOException {
    byte[] stored;
    try (var in = getClass().getResourceAsStream("serving-state-1.hex")) {
      stored = HexFormat.of().parseHex(new String(in.readAllBytes(), UTF_8).replaceAll("\\s", ""));
    }
    assertThat(ServingStateSerializer.INSTANCE.deserialize(new DataInputDeserializer(stored)))
        .isEqualTo(STATE);
    DataOutputSerializer out = new DataOutputSerializer(64);
    ServingStateSerializer.INSTANCE.serialize(STATE, out);
    assertThat(HexFormat.of().formatHex(out.getCopyOfBuffer()))
        .isEqualTo(HexFormat.of().formatHex(stored));
  }

  @Test
  void servingState_ofAnUnknownFormat_isRefusedClearly() {
    assertThatThrownBy(
            () ->
                ServingStateSerializer.INSTANCE.deserialize(
                    new DataInputDeserializer(new byte[] {9, 0, 0})))
        .hasMessageContaining("format 9: expected 1");
  }

  @Test
  void events_surviveTheWire() throws IOException {
    ModelEvent event =
        new ModelEvent(
            Instant.parse("2026-01-31T00:00:00.123456789Z"),
            "job",
            1,
            2,
            "fraud",
            7,
            DIGEST,
            VersionState.END,
            false,
            ModelReason.DIGEST_MISMATCH,
            "why",
            new LoadTimes(
                Duration.ofMillis(1),
                Duration.ofNanos(2),
                Duration.ZERO,
                Duration.ofSeconds(3),
                Duration.ofMillis(4)));
    assertThat(roundTrip(ModelEventSerializer.INSTANCE, event)).isEqualTo(event);
  }

  @Test
  void rejections_surviveTheWire() throws IOException {
    RejectionSerializer<String> serializer = new RejectionSerializer<>(StringSerializer.INSTANCE);
    for (ModelVersion version : new ModelVersion[] {null, new ModelVersion("fraud", 7, DIGEST)}) {
      Rejection<String> rejection =
          new Rejection<>("record", RecordReason.WRONG_TYPE, "why", version);
      assertThat(roundTrip(serializer, rejection)).isEqualTo(rejection);
    }
  }

  @Test
  void singletons_staySingletonsThroughJavaSerialization() throws Exception {
    Object copy = InstantiationUtil.clone(CommandSerializer.INSTANCE);
    assertThat(copy).isEqualTo(CommandSerializer.INSTANCE);
    assertThat(InstantiationUtil.clone(ModelEventSerializer.typeInformation()))
        .isEqualTo(ModelEventSerializer.typeInformation());
  }
}
