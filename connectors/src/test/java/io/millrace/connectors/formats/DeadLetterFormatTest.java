package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.flink.Rejection;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.RecordReason;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLetterFormatTest {
  private final DeadLetterFormat format = new DeadLetterFormat("rejected");

  @Test
  void map_keyAndValue_areUntouched() {
    byte[] key = {1, (byte) 0xFF};
    byte[] value = {0, 2};
    KafkaRecord record = new KafkaRecord("in", 4, 17, 55, 0, key, value);

    OutboundRecord letter =
        format.map(
            new Rejection<>(
                record, RecordReason.WRONG_TYPE, "why", new ModelVersion("fraud", 7, "sha256:a")));

    assertThat(letter.topic()).isEqualTo("rejected");
    assertThat(letter.key()).isSameAs(key);
    assertThat(letter.value()).isSameAs(value);
    assertThat(letter.timestamp()).isEqualTo(55);
    assertThat(letter.sourcePartition()).isEqualTo(4);
    assertThat(headers(letter))
        .containsExactly(
            "millrace.reason=WRONG_TYPE",
            "millrace.message=why",
            "millrace.source.topic=in",
            "millrace.source.partition=4",
            "millrace.source.offset=17",
            "millrace.model.name=fraud",
            "millrace.model.version=7");
  }

  @Test
  void map_tombstoneWithoutVersion_staysATombstone() {
    KafkaRecord record = new KafkaRecord("in", 0, 0, -1, 0, null, null);

    OutboundRecord letter =
        format.map(new Rejection<>(record, RecordReason.NULL_RECORD, "no value", null));

    assertThat(letter.value()).isNull();
    assertThat(headers(letter)).noneMatch(header -> header.startsWith("millrace.model"));
  }

  @Test
  void map_longMessage_isCutOff() {
    KafkaRecord record = new KafkaRecord("in", 0, 0, -1, 0, null, null);
    String message = "x".repeat(1 << 20);

    OutboundRecord letter =
        format.map(new Rejection<>(record, RecordReason.MALFORMED, message, null));

    assertThat(headers(letter)).contains("millrace.message=" + "x".repeat(2_000));
  }

  private static List<String> headers(OutboundRecord record) {
    return record.headers().stream()
        .map(header -> header.name() + "=" + new String(header.value(), UTF_8))
        .toList();
  }
}
