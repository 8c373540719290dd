package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawFormatTest {
  @TempDir private Path folder;

  private List<LocatedRecord> read(int recordBytes, long splitBytes, DamagedFiles damaged)
      throws IOException {
    return ReadFiles.of(folder, new RawFormat(recordBytes), splitBytes, damaged);
  }

  @Test
  void read_anySplitSize_givesEachRecordOnceWithItsOffset() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      int size = 1 + random.nextInt(12);
      StringBuilder text = new StringBuilder();
      List<String> expected = new ArrayList<>();
      List<Long> offsets = new ArrayList<>();
      for (int i = random.nextInt(30); i > 0; i--) {
        String record = "%012d".formatted(random.nextInt(1 << 30)).substring(0, size);
        offsets.add((long) text.length());
        expected.add(record);
        text.append(record);
      }
      Files.writeString(folder.resolve("a.raw"), text);
      int split = 1 + random.nextInt(40);

      List<LocatedRecord> records = read(size, split, DamagedFiles.FAIL);

      String where = "seed " + seed + ", round " + round + ": " + size + ", " + split;
      assertThat(ReadFiles.texts(records)).as(where).isEqualTo(expected);
      assertThat(ReadFiles.offsets(records)).as(where).isEqualTo(offsets);
    }
  }

  @Test
  void read_sizeThatIsNoMultiple_isDamagedAtTheLastRecord() throws IOException {
    Files.writeString(folder.resolve("a.raw"), "aaaabbbbcc");

    for (int split = 1; split < 12; split++) {
      List<LocatedRecord> records = read(4, split, DamagedFiles.DEAD_LETTER);

      LocatedRecord last = records.remove(records.size() - 1);
      assertThat(ReadFiles.texts(records)).containsExactly("aaaa", "bbbb");
      assertThat(last.record().offset()).isEqualTo(8);
      assertThat(ReadFiles.refusal(last).reason()).isEqualTo(RecordReason.MALFORMED);
      assertThat(ReadFiles.refusal(last)).hasMessageContaining("has 2 bytes: expected 4");
    }
    assertThatThrownBy(() -> read(4, 100, DamagedFiles.FAIL))
        .hasMessageContainingAll("a.raw", "has 2 bytes: expected 4");
  }

  @Test
  void read_gzip_isUnpacked() throws IOException {
    Files.write(folder.resolve("a.raw.gz"), ReadFiles.gzip("aaaabbbb".getBytes(UTF_8)));

    assertThat(ReadFiles.texts(read(4, 2, DamagedFiles.FAIL))).containsExactly("aaaa", "bbbb");
  }
}
