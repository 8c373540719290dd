package io.millrace.flink;

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
import io.millrace.model.VersionState;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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

  @Test
  void servingState_survives() throws IOException {
    for (ServingState state :
        List.of(new ServingState(40, COMMANDS, PUBLISH), new ServingState(-1, List.of(), null))) {
      assertThat(roundTrip(ServingStateSerializer.INSTANCE, state)).isEqualTo(state);
    }
  }

  // Bytes as the first release writes them: a later release must go on reading them.
  @Test
  void servingState_storedByTheFirstRelease_isRead() throws IOException {
    byte[] stored =
        java.util.HexFormat.of()
            .parseHex(
                "01ffffffffffffffff00000001"
                    + "0100016d0000000000000003010000000000000002000966696c653a2f2f2f780001"
                    + "00"
                    + "00");
    ServingState state =
        ServingStateSerializer.INSTANCE.deserialize(new DataInputDeserializer(stored));
    assertThat(state)
        .isEqualTo(
            new ServingState(
                -1,
                List.of(new Publish("m", 2, URI.create("file:///x"), null, 3, true, null)),
                null));
    DataOutputSerializer out = new DataOutputSerializer(64);
    ServingStateSerializer.INSTANCE.serialize(state, out);
    assertThat(out.getCopyOfBuffer()).isEqualTo(stored);
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
