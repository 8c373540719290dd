package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.reader.BulkFormat.RecordIterator;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicRecordingTest {
  private static final int RECORDS = 5_000;

  @TempDir private Path folder;

  private static List<KafkaRecord> records() {
    Random random = new Random(7);
    List<KafkaRecord> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = new byte[random.nextInt(100)];
      random.nextBytes(value);
      records.add(
          new KafkaRecord(
              "in",
              3,
              100 + 2L * i,
              i % 7 == 0 ? KafkaRecord.NO_TIMESTAMP : 1_000L + i,
              0,
              i % 5 == 0 ? null : ("key" + i).getBytes(UTF_8),
              i % 11 == 0 ? null : value));
    }
    return records;
  }

  private static void write(OutputStream out) throws IOException {
    try (TopicRecording recording = TopicRecording.create(out, "in")) {
      for (KafkaRecord record : records()) {
        recording.write(record);
      }
    }
  }

  private Path written() throws IOException {
    Path file = folder.resolve("in-3.avro");
    try (OutputStream out = Files.newOutputStream(file)) {
      write(out);
    }
    return file;
  }

  private static org.apache.flink.core.fs.Path path(Path file) {
    return new org.apache.flink.core.fs.Path(file.toUri());
  }

  private static String text(KafkaRecord record) {
    return "%d %d %s %s"
        .formatted(
            record.offset(),
            record.timestamp(),
            Arrays.toString(record.key()),
            Arrays.toString(record.value()));
  }

  @Test
  void read_whatWasWritten_isTheSameToTheByte() throws Exception {
    Path file = written();
    List<KafkaRecord> read = new ArrayList<>();

    TopicRecording.read(path(file), read::add);

    assertThat(read.stream().map(TopicRecordingTest::text).toList())
        .isEqualTo(records().stream().map(TopicRecordingTest::text).toList());
    assertThat(read).allMatch(record -> record.partition() == 3 && record.topic().equals("in"));
  }

  @Test
  void read_fileThatIsCutOff_failsWhereverThatIs() throws Exception {
    byte[] whole = Files.readAllBytes(written());
    // The header, the middle of a block, its marker, and all but a byte.
    for (int length :
        new int[] {0, 3, 100, whole.length / 2, whole.length - 16, whole.length - 1}) {
      Path cut = Files.write(folder.resolve("cut-3.avro"), Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> TopicRecording.read(path(cut), record -> {}))
          .as("%d bytes of %d", length, whole.length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void split_anySize_givesEachRecordOnce() throws Exception {
    Path file = written();
    long length = Files.size(file);
    for (long size : new long[] {length, 100_000, 33_333}) {
      List<String> read = new ArrayList<>();
      for (long from = 0; from < length; from += size) {
        read(file, from, Math.min(size, length - from), length)
            .forEach(located -> read.add(text(located.record())));
      }
      assertThat(read)
          .as("splits of %d bytes", size)
          .isEqualTo(records().stream().map(TopicRecordingTest::text).toList());
    }
  }

  @Test
  void measure_inSplitsOfAnySize_addsUpToTheFile() throws Exception {
    long length = Files.size(written());
    for (long size : new long[] {length, 100_000, 33_333}) {
      ReadMetrics metrics = ReadMetrics.none();

      ReadFiles.of(
          folder, new AvroFormat(TopicRecording::pieces), size, DamagedFiles.FAIL, metrics);

      assertThat(metrics.bytes()).as("splits of %d bytes", size).isEqualTo(length);
      assertThat(metrics.records()).isEqualTo(RECORDS);
    }
  }

  private static List<LocatedRecord> read(Path file, long from, long length, long size)
      throws IOException {
    LocatedFormat format =
        new LocatedFormat(
            new AvroFormat(TopicRecording::pieces), DamagedFiles.FAIL, ReadMetrics.none());
    FileSourceSplit split =
        new FileSourceSplit(
            "0", path(file), from, length, Files.getLastModifiedTime(file).toMillis(), size);
    List<LocatedRecord> records = new ArrayList<>();
    try (BulkFormat.Reader<LocatedRecord> reader =
        format.createReader(new Configuration(), split)) {
      for (RecordIterator<LocatedRecord> batch = reader.readBatch();
          batch != null;
          batch = reader.readBatch()) {
        for (RecordAndPosition<LocatedRecord> next = batch.next();
            next != null;
            next = batch.next()) {
          records.add(next.getRecord());
        }
        batch.releaseBatch();
      }
    }
    return records;
  }

  @Test
  void originals_haveTheirPlaceInTheTopic() throws Exception {
    written();

    List<LocatedRecord> read =
        ReadFiles.of(folder, new AvroFormat(TopicRecording::originals), 33_333, DamagedFiles.FAIL);

    assertThat(read.stream().map(located -> place(located.record())))
        .isEqualTo(records().stream().map(TopicRecordingTest::place).toList());
    assertThat(read.stream().map(located -> text(located.record())))
        .isEqualTo(records().stream().map(TopicRecordingTest::text).toList());
  }

  private static String place(KafkaRecord record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }

  @Test
  void pieces_anotherSchema_isRefused() throws Exception {
    for (String name : List.of("a.Card", "io.millrace.TopicRecord")) {
      Schema other = SchemaBuilder.record(name).fields().requiredInt("offset").endRecord();
      try (DataFileWriter<Object> file = new DataFileWriter<>(new GenericDatumWriter<>(other))) {
        file.create(other, folder.resolve("other.avro").toFile());
      }

      assertThatThrownBy(
              () ->
                  ReadFiles.of(
                      folder,
                      new AvroFormat(TopicRecording::pieces),
                      100,
                      DamagedFiles.DEAD_LETTER))
          .isInstanceOf(UnusableFileException.class)
          .hasMessageContainingAll(
              "other.avro: it holds " + name + " {offset \"int\"}: expected",
              "io.millrace.TopicRecord {partition \"int\", offset \"long\"",
              "which 'millrace record' writes");
    }
  }
}
