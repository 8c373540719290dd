package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class LocatedRecordTest {
  private static final LocatedRecord RECORD =
      LocatedRecord.of("hdfs:///a.jsonl", 3, FilePiece.record(17, "{}".getBytes(UTF_8)));
  private static final LocatedRecord REFUSED =
      LocatedRecord.of(
          "hdfs:///a.jsonl", 3, FilePiece.refused(19, RecordReason.TOO_LARGE, "of 9 bytes"));

  private static List<LocatedRecord> sent(LocatedRecord... records) throws IOException {
    LocatedRecordSerializer serializer = new LocatedRecordSerializer();
    DataOutputSerializer bytes = new DataOutputSerializer(64);
    for (LocatedRecord record : records) {
      serializer.serialize(record, bytes);
    }
    DataInputDeserializer source = new DataInputDeserializer(bytes.getCopyOfBuffer());
    List<LocatedRecord> read = new ArrayList<>();
    while (source.available() > 0) {
      read.add(serializer.duplicate().deserialize(source));
    }
    return read;
  }

  @Test
  void writer_record_isWrittenAsOneOfATopic() {
    List<String> written = new ArrayList<>();

    LocatedRecord.writer((record, row) -> written.add(record + new String(record.value(), UTF_8)))
        .write(RECORD, null);

    assertThat(written).containsExactly("hdfs:///a.jsonl-3@17{}");
  }

  @Test
  void writer_whatIsNoRecord_isRejectedForItsReadersReason() {
    assertThatThrownBy(() -> LocatedRecord.writer((record, row) -> {}).write(REFUSED, null))
        .isInstanceOfSatisfying(
            RecordException.class,
            refused -> assertThat(refused.reason()).isEqualTo(RecordReason.TOO_LARGE))
        .hasMessage("of 9 bytes");
  }

  @Test
  void serializer_recordsAndWhatIsNone_comeBack() throws IOException {
    List<LocatedRecord> read = sent(REFUSED, RECORD);

    assertThat(read.get(0).refusal()).isEqualTo(REFUSED.refusal());
    assertThat(read.get(0)).hasToString("hdfs:///a.jsonl@19");
    assertThat(read.get(1).refusal()).isNull();
    assertThat(read.get(1).record().value()).isEqualTo(RECORD.record().value());
    assertThat(read.get(1).record().partition()).isEqualTo(3);
  }
}
