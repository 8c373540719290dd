package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatePartitionsTest {
  private static final int MAX_OPEN = 8;
  private static final int MAX_FILES = 60;

  private final DatePartitions partitions = new DatePartitions(KafkaRecord::timestamp);

  @TempDir private Path temporary;

  private static KafkaRecord record(String time) {
    long millis = time.isEmpty() ? KafkaRecord.NO_TIMESTAMP : Instant.parse(time).toEpochMilli();
    return new KafkaRecord("file:/in", 0, 0, millis, 0, null, new byte[0]);
  }

  @Test
  void of_aTime_isItsDayInUtc() {
    assertThat(partitions.of(record("2026-01-31T23:59:59.999Z"))).isEqualTo("date=2026-01-31");
    assertThat(partitions.of(record("2026-02-01T00:00:00Z"))).isEqualTo("date=2026-02-01");
    assertThat(partitions.of(record("2026-02-01T00:30:00+01:00"))).isEqualTo("date=2026-01-31");
    assertThat(partitions.of(record("1969-12-31T12:00:00Z"))).isEqualTo("date=1969-12-31");
  }

  @Test
  void of_noTime_isTheStatedPartition() {
    assertThat(partitions.of(record(""))).isEqualTo("date=__HIVE_DEFAULT_PARTITION__");
    assertThat(PredictionFiles.json(List.of()).partition(record(""))).isEmpty();
    assertThat(PredictionFiles.json(List.of()).partitioned(partitions).partition(record("")))
        .isEqualTo("date=__HIVE_DEFAULT_PARTITION__");
  }

  private Map<String, String> write(String name, List<String> days) throws Exception {
    Path target = temporary.resolve(name);
    OutputFolder folder =
        OutputFolder.prepare(new org.apache.flink.core.fs.Path(target.toString()), false);
    OutputNames names =
        new OutputNames(List.of(new org.apache.flink.core.fs.Path("file:/in")), ".jsonl");
    RecoverableWriter writer = LocalFileSystem.getSharedInstance().createRecoverableWriter();
    List<WrittenFile> written = new ArrayList<>();
    try (PartitionFiles files =
        new PartitionFiles(
            (first, number) ->
                new StagedFile(
                    folder,
                    names.predictions(first.path(), first.split(), first.partition(), number),
                    writer,
                    (out, ignored) -> new LineWriter(out)),
            written::add,
            MAX_OPEN,
            MAX_FILES)) {
      for (int i = 0; i < days.size(); i++) {
        byte[] line = String.valueOf(i).getBytes(UTF_8);
        files.write(new FileOutcome("file:/in", 0, "date=" + days.get(i), 7L, line));
      }
      files.finish();
    }
    folder.commit(written);
    return contents(target);
  }

  private static Map<String, String> contents(Path target) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(target)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        contents.put(target.relativize(path).toString(), Files.readString(path));
      }
    }
    return contents;
  }

  @Test
  void write_moreDaysThanFilesMayBeOpen_eachRecordIsOnceInItsDayInOrder() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    List<String> days = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      days.add(String.valueOf(random.nextInt(MAX_OPEN + 2)));
    }

    Map<String, String> files = write("first", days);

    Map<String, List<Integer>> found = new TreeMap<>();
    files.forEach(
        (name, lines) -> {
          if (!name.equals(OutputFolder.SUCCESS)) {
            List<Integer> ids = lines.lines().map(Integer::valueOf).toList();
            assertThat(ids).isSorted();
            String day = name.replaceAll("date=(.*)/.*", "$1");
            found.computeIfAbsent(day, key -> new ArrayList<>()).addAll(ids);
          }
        });
    found.forEach((day, ids) -> assertThat(ids).as(day).allMatch(id -> days.get(id).equals(day)));
    assertThat(found.values().stream().flatMap(List::stream))
        .as("seed %d", seed)
        .doesNotHaveDuplicates()
        .hasSize(days.size());
    assertThat(files.keySet()).anyMatch(name -> name.endsWith("/in.0-1.jsonl"));
    assertThat(write("again", days)).isEqualTo(files);
  }

  @Test
  void write_oneDay_isOneFile() throws Exception {
    assertThat(write("one", List.of("a", "a", "b", "a")))
        .containsEntry("date=a/in.0.jsonl", "0\n1\n3\n")
        .containsEntry("date=b/in.0.jsonl", "2\n")
        .hasSize(3);
  }

  @Test
  void write_moreFilesThanASplitMayHave_failsWithAdvice() {
    List<String> days = new ArrayList<>();
    for (int i = 0; i <= MAX_FILES; i++) {
      days.add(String.valueOf(i % (MAX_OPEN + 1)));
    }

    assertThatThrownBy(() -> write("many", days))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll(
            "file:/in", "more than " + MAX_FILES, "sorted by time", "output.partition-by");
  }

  @Test
  void maxOpen_ofLines_isMoreThanOfWhatHoldsRecordsInMemory() {
    assertThat(PredictionFiles.json(List.of()).maxOpen()).isEqualTo(64);
    Schema schema = SchemaBuilder.record("r").fields().endRecord();
    assertThat(PredictionFiles.avro(schema, List.of()).maxOpen()).isEqualTo(8);
    assertThat(PredictionFiles.parquet(schema, List.of()).maxOpen()).isEqualTo(8);
  }
}
