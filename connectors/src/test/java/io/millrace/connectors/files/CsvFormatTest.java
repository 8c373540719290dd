package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.WantedField;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.RecordReason;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvFormatTest {
  private static final RecordFields FIELDS =
      fields(
          new WantedField("amount", ElementType.FLOAT32, Shape.scalar(), true),
          new WantedField("count", ElementType.INT64, Shape.of(1), false),
          new WantedField("name", ElementType.STRING, Shape.scalar(), false),
          WantedField.carried("id"));

  @TempDir private Path folder;

  private static RecordFields fields(WantedField... wanted) {
    return new RecordFields(List.of(wanted), false);
  }

  private List<LocatedRecord> read(String content, DamagedFiles damaged) throws IOException {
    Files.writeString(folder.resolve("a.csv"), content);
    return ReadFiles.of(folder, new CsvFormat(FIELDS, 100), 4, damaged);
  }

  private List<String> texts(String content) throws IOException {
    return ReadFiles.texts(read(content, DamagedFiles.FAIL));
  }

  @Test
  void read_columnsInAnyOrder_areTheWantedFields() throws IOException {
    assertThat(texts("id,unused,name,amount,count\na-1,x,7,2.5,3\r\n8,,,-1e3,\n"))
        .containsExactly(
            "{\"id\":\"a-1\",\"name\":\"7\",\"amount\":2.5,\"count\":[3]}",
            "{\"id\":8,\"amount\":-1e3}");
  }

  @Test
  void read_quotedCells_mayHoldAnything() throws IOException {
    assertThat(
            texts("\ufeffamount,\"name\"\n1,\"a,\n\"\"b\"\"\"\n\n2,\"\"\n3,5\" pipe\nNaN,\u00fc"))
        .containsExactly(
            "{\"amount\":1,\"name\":\"a,\\n\\\"b\\\"\"}",
            "{\"amount\":2,\"name\":\"\"}",
            "{\"amount\":3,\"name\":\"5\\\" pipe\"}",
            "{\"amount\":\"NaN\",\"name\":\"\u00fc\"}");
  }

  @Test
  void read_rowThatDoesNotFit_isRefusedWithColumnAndLineAndTheNextOneRead() throws IOException {
    List<LocatedRecord> records =
        read(
            "amount,count\n1,\"\n\"\nx,1\n1\n1,2,3\n1,1.5\n9," + "9".repeat(200) + "\n4,5\n",
            DamagedFiles.FAIL);

    assertThat(records.stream().limit(6).map(it -> ReadFiles.refusal(it).reason()))
        .containsExactly(
            RecordReason.WRONG_TYPE,
            RecordReason.WRONG_TYPE,
            RecordReason.MALFORMED,
            RecordReason.MALFORMED,
            RecordReason.WRONG_TYPE,
            RecordReason.TOO_LARGE);
    assertThat(ReadFiles.refusal(records.get(1)))
        .hasMessageContaining("line 4, column 'amount': expected float32");
    assertThat(new String(records.get(1).record().value(), UTF_8)).isEqualTo("x,1");
    assertThat(records.get(1).record().offset()).isEqualTo(19);
    assertThat(ReadFiles.refusal(records.get(2))).hasMessageContaining("has 1 cells: expected 2");
    assertThat(ReadFiles.texts(records.subList(6, 7)))
        .containsExactly("{\"amount\":4,\"count\":[5]}");
  }

  @Test
  void read_quotedCellWithoutEnd_isDamage() throws IOException {
    String content = "amount,name\n1,a\n2,\"b\n3,c\n";

    assertThatThrownBy(() -> read(content, DamagedFiles.FAIL))
        .hasMessageContainingAll("a.csv", "a quoted cell has no end");
    List<LocatedRecord> records = read(content, DamagedFiles.DEAD_LETTER);
    assertThat(ReadFiles.offsets(records)).containsExactly(12L, 16L);
    assertThat(ReadFiles.refusal(records.get(1)).reason()).isEqualTo(RecordReason.MALFORMED);
  }

  @Test
  void read_headerThatDoesNotFit_failsWithAllThatIsWrong() throws IOException {
    Files.writeString(folder.resolve("a.csv"), "id,b,b\n1,2,3\n");
    RecordFields wanted =
        new RecordFields(
            List.of(
                new WantedField("amount", ElementType.FLOAT32, Shape.scalar(), true),
                new WantedField("id", ElementType.FLOAT32, Shape.of(3), true)),
            true);

    assertThatThrownBy(
            () -> ReadFiles.of(folder, new CsvFormat(wanted, 100), 4, DamagedFiles.DEAD_LETTER))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll(
            "a.csv",
            "column 'amount' is absent: the header has [id, b, b]",
            "column 'id': a cell cannot be float32[3]",
            "column 'b' is there twice",
            "column 'b' goes nowhere");
  }

  @Test
  void read_filesWithoutRows_haveNoRecords() throws IOException {
    assertThat(texts("")).isEmpty();
    assertThat(texts("amount")).isEmpty();
    assertThat(texts("amount\r\n\r\n")).isEmpty();
  }

  @Test
  void read_quotedHeaderBehindAMark_hasItsNames() throws IOException {
    List<LocatedRecord> records = read("\ufeff\"amount\",\"id\"\n1,a\n", DamagedFiles.FAIL);

    assertThat(ReadFiles.texts(records)).containsExactly("{\"amount\":1,\"id\":\"a\"}");
    assertThat(ReadFiles.offsets(records)).containsExactly(17L);
  }

  @Test
  void read_rowThatIsRefused_keepsItsOwnBytes() throws IOException {
    byte[] content = "amount,name\nx,a \t\r\n1,_\n2,b\n".getBytes(UTF_8);
    int invalid = new String(content, UTF_8).indexOf('_');
    content[invalid] = (byte) 0xff;
    Files.write(folder.resolve("a.csv"), content);

    List<LocatedRecord> records =
        ReadFiles.of(folder, new CsvFormat(FIELDS, 100), 4, DamagedFiles.FAIL);

    assertThat(records.get(0).record().value()).isEqualTo("x,a \t".getBytes(UTF_8));
    assertThat(ReadFiles.refusal(records.get(1)).reason()).isEqualTo(RecordReason.MALFORMED);
    assertThat(ReadFiles.refusal(records.get(1))).hasMessageContaining("line 3 is not UTF-8");
    assertThat(records.get(1).record().value()).isEqualTo(new byte[] {'1', ',', (byte) 0xff});
    assertThat(ReadFiles.texts(records.subList(2, 3)))
        .containsExactly("{\"amount\":2,\"name\":\"b\"}");
  }

  @Test
  void read_headerThatIsNotUtf8_failsWhateverThePolicy() throws IOException {
    Files.write(folder.resolve("a.csv"), new byte[] {'a', (byte) 0xff, '\n'});

    assertThatThrownBy(
            () -> ReadFiles.of(folder, new CsvFormat(FIELDS, 100), 4, DamagedFiles.DEAD_LETTER))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll("a.csv", "the header is not UTF-8");
  }
}
