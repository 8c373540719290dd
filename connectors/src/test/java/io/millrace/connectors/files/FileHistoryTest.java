package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The splits of files and the records in them, without a job. */
class FileHistoryTest {
  private static final int MAX_RECORD = 1 << 10;

  @TempDir private Path folder;

  private List<FileSourceSplit> splits(long maxBytes) throws IOException {
    return new ArrayList<>(
        NumberedSplits.provider(true, maxBytes)
            .create()
            .enumerateSplits(
                new org.apache.flink.core.fs.Path[] {
                  new org.apache.flink.core.fs.Path(folder.toUri())
                },
                1));
  }

  private List<LocatedRecord> readAll(long maxBytes, DamagedFiles damaged) throws IOException {
    return ReadFiles.of(folder, new LineFormat(MAX_RECORD), maxBytes, damaged);
  }

  @Test
  void read_anySplitSize_givesEachLineOnceWithItsOffset() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      StringBuilder text = new StringBuilder();
      List<String> lines = new ArrayList<>();
      List<Long> offsets = new ArrayList<>();
      for (int i = random.nextInt(30); i > 0; i--) {
        String line = "x".repeat(random.nextInt(12));
        if (!line.isEmpty()) {
          lines.add(line);
          offsets.add((long) text.length());
        }
        text.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
      }
      Files.writeString(folder.resolve("lines.jsonl"), text);
      int size = 1 + random.nextInt(40);

      List<LocatedRecord> records = readAll(size, DamagedFiles.FAIL);

      String where = "seed " + seed + ", round " + round + ", split size " + size;
      assertThat(ReadFiles.texts(records)).as(where).isEqualTo(lines);
      assertThat(records)
          .as(where)
          .extracting(located -> located.record().offset())
          .isEqualTo(offsets);
    }
  }

  private void assertMeasured(PieceFormat format, long maxSplitBytes) throws IOException {
    ReadMetrics metrics = ReadMetrics.none();
    List<LocatedRecord> records =
        ReadFiles.of(folder, format, maxSplitBytes, DamagedFiles.DEAD_LETTER, metrics);
    long stored = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        stored += Files.size(file);
      }
    }
    assertThat(metrics.bytes()).as("in splits of %d", maxSplitBytes).isEqualTo(stored);
    assertThat(metrics.records()).isEqualTo(records.size());
  }

  @Test
  void measure_inSplitsOfAnySize_addsUpToWhatIsStored() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("{\"a\":").append(i).append("}\n");
    }
    byte[] lines = text.toString().getBytes(UTF_8);
    Files.write(folder.resolve("lines.jsonl"), lines);
    Files.write(folder.resolve("empty.jsonl"), new byte[0]);
    for (long size : new long[] {100, 5_000, 70_000, 1 << 20}) {
      assertMeasured(new RawFormat(7), size);
    }
    byte[] packed = ReadFiles.gzip(lines);
    Files.write(folder.resolve("packed.jsonl.gz"), packed);
    Files.write(folder.resolve("packed.jsonl.zst"), Zstd.compress(lines));
    Files.write(folder.resolve("cut.jsonl.gz"), Arrays.copyOf(packed, packed.length / 2));
    for (long size : new long[] {100, 5_000, 70_000, 1 << 20}) {
      assertMeasured(new LineFormat(MAX_RECORD), size);
      assertMeasured(new TfRecordFormat(MAX_RECORD), size);
    }
  }

  @Test
  void measure_inTheMiddleOfAFile_isSomeOfIt() throws IOException {
    byte[] lines = "{\"a\":1}\n".repeat(100_000).getBytes(UTF_8);
    Files.write(folder.resolve("lines.jsonl"), lines);
    ReadMetrics metrics = ReadMetrics.none();
    LocatedFormat format =
        new LocatedFormat(new LineFormat(MAX_RECORD), DamagedFiles.FAIL, metrics);

    try (BulkFormat.Reader<LocatedRecord> reader =
        format.createReader(new Configuration(), splits(1 << 20).get(0))) {
      reader.readBatch();
      assertThat(metrics.records()).isBetween(1L, 99_999L);
      assertThat(metrics.bytes()).isBetween(1L, lines.length / 2L);
    }
  }

  @Test
  void read_lastLineWithoutEnd_isARecord() throws IOException {
    Files.writeString(folder.resolve("torn.jsonl"), "\ufeff{\"a\":1}\n\n{\"a\"");

    assertThat(ReadFiles.texts(readAll(100, DamagedFiles.FAIL)))
        .containsExactly("{\"a\":1}", "{\"a\"");
  }

  @Test
  void read_severalFiles_comeByPathAndAreNumberedBySplit() throws IOException {
    Files.createDirectories(folder.resolve("b"));
    Files.writeString(folder.resolve("b/2.jsonl"), "2\n");
    Files.writeString(folder.resolve("a.jsonl"), "1\n1\n1\n");
    Files.writeString(folder.resolve("empty.jsonl"), "");
    Files.writeString(folder.resolve("_SUCCESS"), "{}");

    assertThat(readAll(3, DamagedFiles.FAIL))
        .extracting(
            located -> {
              KafkaRecord record = located.record();
              return record.topic().replaceFirst(".*/", "") + "." + record.partition();
            })
        .containsExactly("a.jsonl.0", "a.jsonl.0", "a.jsonl.1", "2.jsonl.0");
    assertThat(splits(3)).extracting(NumberedSplits::numberOf).containsExactly(0, 1, 0, 0);
  }

  @Test
  void read_lineThatIsTooLong_isRefusedAndTheNextOneRead() throws IOException {
    Files.writeString(folder.resolve("long.jsonl"), "x".repeat(200_000) + "\n{}\n");

    List<LocatedRecord> records = readAll(1 << 20, DamagedFiles.FAIL);

    assertThat(records).hasSize(2);
    assertThat(ReadFiles.refusal(records.get(0)).reason()).isEqualTo(RecordReason.TOO_LARGE);
    assertThat(ReadFiles.refusal(records.get(0))).hasMessageContainingAll("200000", "1024");
    assertThat(ReadFiles.texts(records.subList(1, 2))).containsExactly("{}");
  }

  @Test
  void read_gzip_isOneSplitAndUnpacked() throws IOException {
    Files.write(
        folder.resolve("a.jsonl.gz"), ReadFiles.gzip("{\"a\":1}\n{\"a\":2}\n".getBytes(UTF_8)));

    List<LocatedRecord> records = readAll(4, DamagedFiles.FAIL);

    assertThat(ReadFiles.texts(records)).containsExactly("{\"a\":1}", "{\"a\":2}");
    assertThat(records).extracting(located -> located.record().offset()).containsExactly(0L, 8L);
  }

  @Test
  void read_gzipThatBreaksOff_failsOrIsRefusedAtTheDamage() throws IOException {
    StringBuilder lines = new StringBuilder();
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      lines.append("{\"a\":").append(random.nextLong()).append("}\n");
    }
    byte[] packed = ReadFiles.gzip(lines.toString().getBytes(UTF_8));
    Path file = folder.resolve("torn.jsonl.gz");
    Files.write(file, Arrays.copyOf(packed, packed.length / 2));

    assertThatThrownBy(() -> readAll(1 << 20, DamagedFiles.FAIL))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("torn.jsonl.gz", "breaks off", "byte");
    List<LocatedRecord> records = readAll(1 << 20, DamagedFiles.DEAD_LETTER);
    LocatedRecord last = records.remove(records.size() - 1);
    assertThat(ReadFiles.refusal(last).reason()).isEqualTo(RecordReason.MALFORMED);
    assertThat(lines.toString()).startsWith(String.join("\n", ReadFiles.texts(records)));
    assertThat(records).hasSizeGreaterThan(500);
    assertThat(last.record().offset())
        .isEqualTo(String.join("\n", ReadFiles.texts(records)).length() + 1L);
  }
}
