package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.RecordReason;
import io.millrace.testing.models.ExampleBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TfRecordFormatTest {
  private static final int FRAME = 16;

  @TempDir private Path folder;

  private List<LocatedRecord> read(DamagedFiles damaged) throws IOException {
    return ReadFiles.of(folder, new TfRecordFormat(100), 8, damaged);
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  private static byte[] file(String... records) {
    return ExampleBytes.file(
        Arrays.stream(records).map(record -> record.getBytes(UTF_8)).toArray(byte[][]::new));
  }

  @Test
  void read_anyRecords_comeWholeWithTheirOffsets() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> records = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    long offset = 0;
    for (int i = 0; i < 200; i++) {
      String record = "x".repeat(random.nextInt(100));
      records.add(record);
      offsets.add(offset);
      offset += record.length() + FRAME;
    }
    byte[] content = file(records.toArray(String[]::new));
    write("plain.tfrecord", content);

    List<LocatedRecord> plain = read(DamagedFiles.FAIL);
    Files.delete(folder.resolve("plain.tfrecord"));
    write("packed.tfrecord.gz", ReadFiles.gzip(content));
    List<LocatedRecord> packed = read(DamagedFiles.FAIL);

    assertThat(ReadFiles.texts(plain)).as("seed " + seed).isEqualTo(records);
    assertThat(ReadFiles.offsets(plain)).as("seed " + seed).isEqualTo(offsets);
    assertThat(plain).allMatch(located -> located.record().partition() == 0);
    assertThat(ReadFiles.texts(packed)).as("seed " + seed).isEqualTo(records);
    assertThat(ReadFiles.offsets(packed)).as("seed " + seed).isEqualTo(offsets);
  }

  @Test
  void read_emptyFile_hasNoRecords() throws IOException {
    write("empty.tfrecord", new byte[0]);

    assertThat(read(DamagedFiles.FAIL)).isEmpty();
  }

  @Test
  void read_recordWithAnotherChecksum_isRefusedAndTheNextOneRead() throws IOException {
    byte[] content = file("first", "second", "third");
    content["first".length() + FRAME + 12] ^= 1;
    write("a.tfrecord", content);

    List<LocatedRecord> records = read(DamagedFiles.FAIL);

    assertThat(ReadFiles.refusal(records.get(1)).reason()).isEqualTo(RecordReason.MALFORMED);
    assertThat(ReadFiles.refusal(records.get(1))).hasMessageContaining("checksum");
    assertThat(records.get(1).record().offset()).isEqualTo("first".length() + FRAME);
    assertThat(ReadFiles.texts(List.of(records.get(0), records.get(2))))
        .containsExactly("first", "third");
  }

  @Test
  void read_recordThatIsTooLong_isRefusedAndTheNextOneRead() throws IOException {
    write("a.tfrecord", file("x".repeat(101), "next"));

    List<LocatedRecord> records = read(DamagedFiles.FAIL);

    assertThat(ReadFiles.refusal(records.get(0)).reason()).isEqualTo(RecordReason.TOO_LARGE);
    assertThat(ReadFiles.texts(records.subList(1, 2))).containsExactly("next");
  }

  @Test
  void read_fileThatBreaksOffAnywhere_isDamagedAtThatRecord() throws IOException {
    byte[] content = file("first", "second");
    int second = "first".length() + FRAME;
    for (int length = second + 1; length < content.length; length++) {
      write("a.tfrecord", Arrays.copyOf(content, length));

      List<LocatedRecord> records = read(DamagedFiles.DEAD_LETTER);

      assertThat(records).hasSize(2);
      assertThat(ReadFiles.refusal(records.get(1))).hasMessageContaining("cut off");
      assertThat(records.get(1).record().offset()).isEqualTo(second);
      assertThatThrownBy(() -> read(DamagedFiles.FAIL))
          .hasMessageContainingAll("a.tfrecord", "cut off");
    }
  }

  @Test
  void read_whatIsNoTfRecordFile_isDamagedAtItsBeginning() throws IOException {
    write("a.jsonl", "{\"a\":1,\"b\":2}\n".getBytes(UTF_8));

    List<LocatedRecord> records = read(DamagedFiles.DEAD_LETTER);

    assertThat(records).hasSize(1);
    assertThat(ReadFiles.refusal(records.get(0)))
        .hasMessageContaining("no TFRecord begins at byte 0");
  }

  @Test
  void read_lengthBeyondAnyFile_isDamage() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(Long.MAX_VALUE - 2);
    CRC32C sum = new CRC32C();
    sum.update(header.array(), 0, Long.BYTES);
    header.putInt(Integer.rotateRight((int) sum.getValue(), 15) + 0xa282ead8);
    byte[] whole = file("first", "second");
    byte[] content = Arrays.copyOf(whole, whole.length + header.capacity() + 20);
    System.arraycopy(header.array(), 0, content, whole.length, header.capacity());
    write("a.tfrecord", content);

    List<LocatedRecord> records = read(DamagedFiles.DEAD_LETTER);

    assertThat(ReadFiles.texts(records.subList(0, 2))).containsExactly("first", "second");
    assertThat(records).hasSize(3);
    assertThat(ReadFiles.refusal(records.get(2)).reason()).isEqualTo(RecordReason.MALFORMED);
    assertThat(ReadFiles.refusal(records.get(2))).hasMessageContaining("cut off");
  }
}
