package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connectors.formats.ExampleRecordJson;
import io.millrace.connectors.formats.JsonFieldText;
import io.millrace.connectors.formats.RecordJson;
import io.millrace.tensor.RecordReason;
import io.millrace.testing.models.ExampleBytes;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldKeysTest {
  private static @Nullable String key(String json) {
    byte[] key = new JsonFieldText("id").of(json.getBytes(UTF_8));
    return key == null ? null : new String(key, UTF_8);
  }

  @Test
  void of_stringsNumbersAndBooleans_areTheirText() {
    assertThat(key("{\"id\":\"\\u00fc1\"}")).isEqualTo("\u00fc1");
    assertThat(key("{\"x\":{\"id\":1},\"id\":0017.50}")).isNull();
    assertThat(key("{\"x\":{\"id\":1},\"id\":17.50}")).isEqualTo("17.50");
    assertThat(key("{\"id\":true}")).isEqualTo("true");
  }

  @Test
  void of_noTextAndNoRecord_isNoKey() {
    assertThat(key("{\"id\":null}")).isNull();
    assertThat(key("{\"id\":[1]}")).isNull();
    assertThat(key("{\"x\":1}")).isNull();
    assertThat(key("[1]")).isNull();
    assertThat(key("{\"id")).isNull();
    assertThat(key("")).isNull();
  }

  @Test
  void map_recordsKeepTheirPlaceAndRefusals() throws Exception {
    LocatedRecord record =
        LocatedRecord.of("a.jsonl", 3, FilePiece.record(17, "{\"id\":7}".getBytes(UTF_8)));
    LocatedRecord refused =
        LocatedRecord.of("a.jsonl", 3, FilePiece.refused(9, RecordReason.TOO_LARGE, "long"));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    FieldKeys keys = FieldKeys.mapper("tx-{id}!", RecordJson.AS_IT_IS);

    assertThat(new String(keys.map(record).record().key(), UTF_8)).isEqualTo("tx-7!");
    assertThat(keys.map(record)).hasToString("a.jsonl@17");
    assertThat(keys.map(refused)).isSameAs(refused);
    assertThat(
            FieldKeys.of(env.fromData(LocatedRecord.TYPE, record), "{id}", RecordJson.AS_IT_IS)
                .getType())
        .isEqualTo(LocatedRecord.TYPE);
  }

  @Test
  void map_examples_areReadByTheirFeatures() {
    FieldKeys keys = FieldKeys.mapper("tx-{id}", new ExampleRecordJson(List.of("id")));
    byte[] example = ExampleBytes.of(Map.of("id", ExampleBytes.integers(7)));

    assertThat(keys.map(LocatedRecord.of("a", 0, FilePiece.record(0, example))).record().key())
        .isEqualTo("tx-7".getBytes(UTF_8));
    LocatedRecord torn = LocatedRecord.of("a", 0, FilePiece.record(0, "{}".getBytes(UTF_8)));
    assertThat(keys.map(torn).record().key()).isNull();
  }

  @Test
  void isTemplate_oneFieldInBraces_isOne() {
    assertThat(FieldKeys.isTemplate("{id}")).isTrue();
    assertThat(FieldKeys.field("tx-{a.b}")).isEqualTo("a.b");
    for (String text : new String[] {"id", "{}", "{a}{b}", "{a", "{{a}}", ""}) {
      assertThat(FieldKeys.isTemplate(text)).as(text).isFalse();
    }
  }
}
