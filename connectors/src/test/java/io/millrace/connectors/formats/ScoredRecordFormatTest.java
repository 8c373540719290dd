package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.EpochMicros;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class ScoredRecordFormatTest {
  private static final ModelVersion VERSION = new ModelVersion("fraud", 7, "sha256:ab");
  private static final String MODEL =
      ",\"model\":{\"name\":\"fraud\",\"version\":7,\"digest\":\"sha256:ab\"}}";

  private final ScoredRecordFormat format =
      new ScoredRecordFormat("scored", List.of("id", "amount"), false);

  @Test
  void read_everyPart_isInItsPlace() {
    OutboundRecord out =
        format.read(
            record("k", "{\"amount\": 1.10, \"other\": [1, {}], \"id\" : \"a\\u00e9\" }"),
            new StoredPrediction().with("score", ElementType.FLOAT32, Shape.of(2), 0.25f, 1e-9f),
            VERSION);

    assertThat(new String(out.value(), UTF_8))
        .isEqualTo(
            "{\"key\":\"k\",\"fields\":{\"id\":\"a\\u00e9\",\"amount\":1.10},"
                + "\"predictions\":{\"score\":[0.25,1.0E-9]}"
                + MODEL);
    assertThat(out.topic()).isEqualTo("scored");
    assertThat(out.sourcePartition()).isEqualTo(3);
    assertThat(out.timestamp()).isEqualTo(1_234);
    assertThat(out.key()).asString(UTF_8).isEqualTo("k");
    assertThat(headers(out))
        .containsExactly(
            Map.entry("millrace.source.topic", "in"),
            Map.entry("millrace.source.partition", "3"),
            Map.entry("millrace.source.offset", "99"));
  }

  @Test
  void read_valuesNestAsTheirShapesSay() {
    assertThat(
            predictions(
                new StoredPrediction()
                    .with("a", ElementType.INT64, Shape.of(2, 3), 1, 2, 3, 4, 5, 6)
                    .with("b", ElementType.BOOL, Shape.scalar(), true)
                    .with("c", ElementType.FLOAT64, Shape.of(2, 0))
                    .with("d", ElementType.UINT64, Shape.of(1), -1L)
                    .with("e", ElementType.COMPLEX64, Shape.of(1), new double[] {1, -2})))
        .isEqualTo(
            "{\"a\":[[1,2,3],[4,5,6]],\"b\":true,\"c\":[[],[]],\"d\":[18446744073709551615],"
                + "\"e\":[[1.0,-2.0]]}");
  }

  @Test
  void read_floats_nestAndAreShortest() {
    assertThat(
            predictions(
                new StoredPrediction()
                    .with("a", ElementType.FLOAT32, Shape.of(2, 3), 0.1f, -2f, 3e9f, 1e-5f, 0f, 5f)
                    .with("b", ElementType.FLOAT32, Shape.scalar(), 0.3f)
                    .with("c", ElementType.FLOAT32, Shape.of(2, 0))
                    .with("d", ElementType.FLOAT16, Shape.of(1), 0.1f)
                    .with(
                        "e", ElementType.COMPLEX64, Shape.scalar(), new double[] {0.1f, -2e-10f})))
        .isEqualTo(
            "{\"a\":[[0.1,-2.0,3.0E9],[1.0E-5,0.0,5.0]],\"b\":0.3,\"c\":[[],[]],\"d\":[0.1],"
                + "\"e\":[0.1,-2.0E-10]}");
  }

  @Test
  void read_afterOneThatFailed_writesWholeObjects() {
    StoredPrediction broken =
        new StoredPrediction().with("a", ElementType.FLOAT32, Shape.of(2), 1f, "no number");
    assertThatThrownBy(() -> predictions(broken)).isInstanceOf(ClassCastException.class);

    StoredPrediction whole = new StoredPrediction().with("a", ElementType.INT64, Shape.of(1), 2);
    assertThat(predictions(whole)).isEqualTo("{\"a\":[2]}");
  }

  @Test
  void read_versionsInTurn_eachHasItsOwn() {
    StoredPrediction prediction =
        new StoredPrediction().with("a", ElementType.INT64, Shape.of(1), 2);
    for (long number : new long[] {7, 8, 7}) {
      ModelVersion version = new ModelVersion("fr\"aud", number, "sha256:ab");

      assertThat(new String(format.read(record("k", "{}"), prediction, version).value(), UTF_8))
          .endsWith(
              ",\"model\":{\"name\":\"fr\\\"aud\",\"version\":"
                  + number
                  + ",\"digest\":\"sha256:ab\"}}");
    }
  }

  @Test
  void read_nonFinites_areStrings() {
    assertThat(
            predictions(
                new StoredPrediction()
                    .with("x", ElementType.FLOAT32, Shape.of(2), Float.NaN, Float.NEGATIVE_INFINITY)
                    .with("y", ElementType.FLOAT64, Shape.scalar(), Double.POSITIVE_INFINITY)))
        .isEqualTo("{\"x\":[\"NaN\",\"-Infinity\"],\"y\":\"Infinity\"}");
  }

  @Test
  void read_bytes_areTextWhereTheyAreUtf8() {
    assertThat(
            predictions(
                new StoredPrediction()
                    .with(
                        "s",
                        ElementType.STRING,
                        Shape.of(2),
                        "é\"".getBytes(UTF_8),
                        new byte[] {(byte) 0xFF, 0})))
        .isEqualTo("{\"s\":[\"é\\\"\",{\"b64\":\"/wA=\"}]}");
  }

  @Test
  void read_keyThatIsNoTextOrAbsent_isWrittenAsThat() {
    StoredPrediction nothing = new StoredPrediction();
    byte[] binary = {(byte) 0x80};
    OutboundRecord out =
        format.read(
            new KafkaRecord("in", 0, 0, -1, 0, binary, "{}".getBytes(UTF_8)), nothing, VERSION);

    assertThat(new String(out.value(), UTF_8)).startsWith("{\"key\":{\"b64\":\"gA==\"},");
    assertThat(out.key()).isEqualTo(binary);
    assertThat(new String(format.read(record(null, "{}"), nothing, VERSION).value(), UTF_8))
        .isEqualTo("{\"key\":null,\"fields\":{},\"predictions\":{}" + MODEL);
  }

  @Test
  void read_carriedFields_keepTheirDigitsAndNesting() {
    OutboundRecord out =
        format.read(
            record(null, "{\"id\":{\"a\":[1.0, 1e2, \"}\"]},\"amount\":12345678901234567890.10}"),
            new StoredPrediction(),
            VERSION);

    assertThat(new String(out.value(), UTF_8))
        .contains(
            "\"fields\":{\"id\":{\"a\":[1.0, 1e2, \"}\"]},\"amount\":12345678901234567890.10}");
  }

  @Test
  void read_recordThatIsNoJson_hasNoFields() {
    ScoredRecordFormat raw = new ScoredRecordFormat("scored", List.of(), false);

    OutboundRecord out = raw.read(record(null, "\u0000raw"), new StoredPrediction(), VERSION);

    assertThat(new String(out.value(), UTF_8)).contains("\"fields\":{}");
  }

  @Test
  void read_latencyHeader_isTimeSinceTheReading() throws Exception {
    ScoredRecordFormat timed =
        InstantiationUtil.clone(new ScoredRecordFormat("scored", List.of(), true));
    long readMicros = EpochMicros.now() - 5_000_000;
    KafkaRecord record = new KafkaRecord("in", 0, 0, -1, readMicros, null, "{}".getBytes(UTF_8));

    OutboundRecord out = timed.read(record, new StoredPrediction(), VERSION);

    long latency = Long.parseLong(headers(out).get(MessageHeader.LATENCY_MICROS));
    assertThat(latency).isBetween(5_000_000L, 65_000_000L);
    // One of a file was read at no known time.
    assertThat(headers(timed.read(record(null, "{}"), new StoredPrediction(), VERSION)))
        .doesNotContainKey(MessageHeader.LATENCY_MICROS);
  }

  private String predictions(StoredPrediction prediction) {
    String json = new String(format.read(record(null, "{}"), prediction, VERSION).value(), UTF_8);
    int from = json.indexOf("\"predictions\":") + "\"predictions\":".length();
    return json.substring(from, json.length() - MODEL.length());
  }

  private static Map<String, String> headers(OutboundRecord record) {
    Map<String, String> headers = new LinkedHashMap<>();
    record.headers().forEach(h -> headers.put(h.name(), new String(h.value(), UTF_8)));
    return headers;
  }

  private static KafkaRecord record(String key, String value) {
    return new KafkaRecord(
        "in", 3, 99, 1_234, 0, key == null ? null : key.getBytes(UTF_8), value.getBytes(UTF_8));
  }
}
