package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, a record is written whole or rejected with a reason: nothing else. */
class MutatedRecordsTest {
  private static final int RECORDS = 10_000;
  private static final String SECRET = "hunter2";

  private final JsonRecordFormat format =
      JsonRecordFormat.builder()
          .features(
              "x",
              List.of(
                  Feature.required("amount", ElementType.FLOAT32),
                  new Feature("age", ElementType.UINT8, 0)))
          .carriedFields(List.of("id", "amount"))
          .build();

  private final ScoredRecordFormat scored =
      new ScoredRecordFormat("out", List.of("id", "amount"), false);

  @Test
  void write_mutatedBytes_areAcceptedOrRejectedWithAReasonAndNoPayload() {
    long seed = 20261120;
    Random random = new Random(seed);
    byte[] template =
        ("{\"id\": {\"a\": [1, \""
                + SECRET
                + "\"]}, \"amount\": 12.5e0, \"age\": 44, \"t\": [[\""
                + SECRET
                + "\", {\"b64\": \"aHVudGVyMg==\"}]], \"z\": [[1, 2], [3, \"NaN\"]]}")
            .getBytes(UTF_8);
    Map<RecordReason, Integer> reasons = new EnumMap<>(RecordReason.class);
    int accepted = 0;
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = mutate(template, random);
      KafkaRecord record = new KafkaRecord("in", 0, i, 0, 0, null, value);
      RecordingRow row =
          RecordingRow.batched(
              new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 2)),
              new TensorSpec("t", ElementType.STRING, Shape.of(-1, -1, 2)),
              new TensorSpec("z", ElementType.FLOAT64, Shape.of(-1, 2, 2)));
      try {
        format.write(record, row);
        accepted++;
        assertThat(row.written("x")).hasSize(2);
        assertThat(row.written("z")).hasSize(4);
        scored.read(record, new StoredPrediction(), new ModelVersion("m", 1, "sha256:"));
      } catch (RecordException e) {
        reasons.merge(e.reason(), 1, Integer::sum);
        assertThat(e.getMessage()).doesNotContain("\n", SECRET);
      } catch (RuntimeException e) {
        fail("seed " + seed + ", record " + i + ": " + new String(value, UTF_8), e);
      }
    }
    assertThat(accepted).isPositive();
    assertThat(reasons.values().stream().mapToInt(Integer::intValue).sum() + accepted)
        .isEqualTo(RECORDS);
    assertThat(reasons)
        .containsKeys(
            RecordReason.MALFORMED,
            RecordReason.MISSING_FIELD,
            RecordReason.WRONG_TYPE,
            RecordReason.WRONG_SHAPE);
  }

  private static byte[] mutate(byte[] template, Random random) {
    byte[] value = template.clone();
    String marks = "{}[]\",:0.e-tn ";
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(value.length);
      switch (random.nextInt(4)) {
        case 0 -> value[at] = (byte) random.nextInt();
        case 1 -> value[at] = (byte) marks.charAt(random.nextInt(marks.length()));
        case 2 -> value = Arrays.copyOf(value, Math.max(at, 1));
        default -> {
          int from = random.nextInt(value.length);
          int length = Math.min(random.nextInt(8), value.length - Math.max(at, from));
          System.arraycopy(template, from, value, at, length);
        }
      }
    }
    return value;
  }
}
