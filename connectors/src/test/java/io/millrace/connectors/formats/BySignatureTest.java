package io.millrace.connectors.formats;

import static io.millrace.connectors.formats.JsonRows.spec;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tensor.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BySignatureTest {
  private final List<Row> made = new ArrayList<>();
  private final BySignature<Integer> numbers =
      new BySignature<>(
          row -> {
            made.add(row);
            return made.size();
          });

  private static List<RecordingRow> rows(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> RecordingRow.batched(spec("x", "float32")))
        .toList();
  }

  @Test
  void of_signaturesByTurns_areMadeOnce() {
    List<RecordingRow> rows = rows(16);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < rows.size(); i++) {
        assertThat(numbers.of(rows.get(i))).isEqualTo(i + 1);
      }
    }
    assertThat(made).hasSize(16);
  }

  @Test
  void of_oneTooMany_theOneUsedLongestAgoIsMadeAgain() {
    List<RecordingRow> rows = rows(17);
    rows.subList(0, 16).forEach(numbers::of);
    numbers.of(rows.get(0));
    numbers.of(rows.get(16));

    assertThat(numbers.of(rows.get(0))).isEqualTo(1);
    assertThat(numbers.of(rows.get(1))).isEqualTo(18);
  }

  @Test
  void formats_signaturesByTurns_keepTheirReaders() {
    JsonRecordFormat format = JsonRecordFormat.builder().build();
    List<RecordingRow> rows = rows(2);
    JsonRecordFormat.Readers first = format.readersFor(rows.get(0));
    format.write(AvroRows.record("{\"x\": 1}".getBytes(UTF_8)), rows.get(1));

    assertThat(format.readersFor(rows.get(0))).isSameAs(first);
  }
}
