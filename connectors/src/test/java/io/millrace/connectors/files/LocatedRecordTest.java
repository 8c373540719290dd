package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.formats.AvroFields;
import io.millrace.connectors.formats.AvroRecord;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.UnfitSchemaException;
import io.millrace.connectors.formats.WantedField;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
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

  private static LocatedRecord decoded(boolean carriesId) throws UnfitSchemaException {
    Schema schema =
        SchemaBuilder.record("r").fields().requiredFloat("x").requiredInt("id").endRecord();
    WantedField x = new WantedField("x", ElementType.FLOAT32, Shape.scalar(), true);
    List<WantedField> wanted = List.of(x, WantedField.carried("id"));
    List<String> carried = carriesId ? List.of("id") : List.of();
    AvroFields fields = AvroFields.of(schema, new RecordFields(wanted, carried, false));
    GenericRecord record = new GenericData.Record(fields.projection());
    record.put("x", 1.5f);
    record.put("id", 7);
    return LocatedRecord.of(
        "a.avro", 3, FilePiece.decoded(17, new AvroRecord(fields, record), 100));
  }

  @Test
  void decoded_recordThatCarriesFields_hasThemAtHandAndTheRestWhenAsked() throws Exception {
    LocatedRecord located = decoded(true);

    assertThat(located.carried().value()).asString(UTF_8).isEqualTo("{\"id\":7}");
    assertThat(located.record().value()).asString(UTF_8).isEqualTo("{\"x\":1.5,\"id\":7}");
    assertThat(located.record().offset()).isEqualTo(17);
    assertThat(decoded(false).carried().value()).isNull();
  }

  @Test
  void decoded_withAnotherKey_isDecodedStill() throws Exception {
    LocatedRecord located = decoded(true).withKey(new byte[] {1});
    List<String> written = new ArrayList<>();

    LocatedRecord.writer(
            (record, row) -> written.add("json"), (record, row) -> written.add("decoded"))
        .write(located, null);

    assertThat(written).containsExactly("decoded");
    assertThat(located.record().key()).containsExactly(1);
  }

  @Test
  void decoded_sentToAnotherTask_comesAsJson() throws Exception {
    LocatedRecord read = sent(decoded(true)).get(0);
    List<String> written = new ArrayList<>();

    LocatedRecord.writer(
            (record, row) -> written.add(new String(record.value(), UTF_8)),
            (record, row) -> written.add("decoded"))
        .write(read, null);

    assertThat(written).containsExactly("{\"x\":1.5,\"id\":7}");
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
