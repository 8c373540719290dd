package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.Rejection;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLetterJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static byte[] letter(
      byte @Nullable [] key, byte @Nullable [] value, @Nullable ModelVersion version) {
    KafkaRecord record = new KafkaRecord("hdfs://lake/a.jsonl", 2, 17, 55, 0, key, value);
    return DeadLetterJson.of(new Rejection<>(record, RecordReason.WRONG_TYPE, "why", version));
  }

  @Test
  void of_textsAndAVersion_isTheWholeLetter() throws IOException {
    byte[] letter =
        letter(
            "card-1".getBytes(UTF_8),
            "{\"x\": 1}".getBytes(UTF_8),
            new ModelVersion("fraud", 7, "sha256:a"));

    assertThat(JSON.readTree(letter))
        .isEqualTo(
            JSON.readTree(
                """
                {"reason": "WRONG_TYPE", "message": "why",
                 "source": {"path": "hdfs://lake/a.jsonl", "offset": 17},
                 "model": {"name": "fraud", "version": 7},
                 "key": "card-1", "value": "{\\"x\\": 1}"}
                """));
  }

  @Test
  void of_bytesThatAreNoText_areInBase64() throws IOException {
    JsonNode letter = JSON.readTree(letter(new byte[] {1, -1}, new byte[] {-2, 0, 3}, null));

    assertThat(letter.at("/key/b64").binaryValue()).containsExactly(1, -1);
    assertThat(letter.at("/value/b64").binaryValue()).containsExactly(-2, 0, 3);
    assertThat(letter.has("model")).isFalse();
  }

  @Test
  void of_whatIsNotThere_isNull() throws IOException {
    JsonNode letter = JSON.readTree(letter(null, null, null));

    assertThat(letter.get("key").isNull()).isTrue();
    assertThat(letter.get("value").isNull()).isTrue();
  }
}
