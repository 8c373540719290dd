package io.millrace.jobs.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.millrace.connectors.files.TopicRecording;
import io.millrace.connectors.kafka.KafkaRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  @TempDir private Path folder;

  private static String record(int id, float risk, int version) {
    return ("{\"key\":\"k%d\",\"fields\":{\"id\":%d},\"predictions\":{\"risk\":[%s]},"
            + "\"model\":{\"name\":\"fraud\",\"version\":%d,\"digest\":\"sha256:%d\"}}")
        .formatted(id, id, Float.toString(risk), version, version);
  }

  private static List<String> records(int count) {
    List<String> records = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      records.add(record(id, id / 7f, 1));
    }
    return records;
  }

  private Path write(String name, List<String> lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, lines);
  }

  private Comparison compare(List<String> live, List<String> replay) throws IOException {
    return compare(write("live.jsonl", live), write("replay.jsonl", replay));
  }

  private static Comparison compare(Path live, Path replay) throws IOException {
    return Comparison.of(OutputLines.at(live.toUri()), OutputLines.at(replay.toUri()), 10);
  }

  @Test
  void of_theSameRecordsInAnyOrderAndFiles_isEqual() throws Exception {
    for (long seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      List<String> records = records(1 + random.nextInt(300));
      records.addAll(records.subList(0, records.size() / 5)); // Some of them twice.
      Path live = write("live" + seed + ".jsonl", records);
      Collections.shuffle(records, random);
      String replay = "replay" + seed;
      int files = 1 + random.nextInt(5);
      for (int i = 0; i < files; i++) {
        int from = records.size() * i / files;
        int to = records.size() * (i + 1) / files;
        write(replay + "/day=" + i % 2 + "/part-" + i, records.subList(from, to));
      }
      Comparison found = compare(live, folder.resolve(replay));
      assertThat(found)
          .as("seed %d", seed)
          .isEqualTo(new Comparison(true, records.size(), records.size(), 0, 0, List.of()));
    }
  }

  @Test
  void of_aRecordThatIsDropped_isNamed() throws Exception {
    List<String> live = records(100);
    List<String> replay = new ArrayList<>(live);
    replay.remove(41);
    assertThat(compare(live, replay))
        .isEqualTo(
            new Comparison(
                false,
                100,
                99,
                1,
                0,
                List.of("live live.jsonl:42: 1 times live, 0 times in the replay, key \"k41\"")));
  }

  @Test
  void of_aRecordThatIsDoubled_isNamed() throws Exception {
    List<String> live = records(100);
    List<String> replay = new ArrayList<>(live);
    replay.add(replay.get(7));
    assertThat(compare(live, replay))
        .isEqualTo(
            new Comparison(
                false,
                100,
                101,
                0,
                1,
                List.of("replay replay.jsonl:8: 1 times live, 2 times in the replay, key \"k7\"")));
  }

  @Test
  void of_answersThatAreSwapped_namesBoth() throws Exception {
    List<String> live = records(100);
    List<String> replay = new ArrayList<>(live);
    replay.set(3, record(3, 4 / 7f, 1));
    replay.set(4, record(4, 3 / 7f, 1));
    Collections.reverse(replay);
    assertThat(compare(live, replay).differences())
        .containsExactly(
            "live live.jsonl:4 and replay replay.jsonl:97 differ: predictions.risk[0]"
                + " 0.42857143, replayed 0.5714286",
            "live live.jsonl:5 and replay replay.jsonl:96 differ: predictions.risk[0]"
                + " 0.5714286, replayed 0.42857143");
  }

  @Test
  void of_aWrongStamp_isNamed() throws Exception {
    List<String> live = records(5);
    List<String> replay = new ArrayList<>(live);
    replay.set(2, record(2, 2 / 7f, 9));
    assertThat(compare(live, replay).differences())
        .containsExactly(
            "live live.jsonl:3 and replay replay.jsonl:3 differ: model.version 1, replayed 9;"
                + " model.digest \"sha256:1\", replayed \"sha256:9\"");
  }

  @Test
  void of_oneBit_isADifference() throws Exception {
    List<String> live = List.of(record(1, 0.1f, 1), record(2, 0f, 1));
    List<String> replay = List.of(record(1, Math.nextUp(0.1f), 1), record(2, -0f, 1));
    assertThat(compare(live, replay).differences())
        .containsExactly(
            "live live.jsonl:1 and replay replay.jsonl:1 differ: predictions.risk[0] 0.1,"
                + " replayed 0.10000001",
            "live live.jsonl:2 and replay replay.jsonl:2 differ: the same values, written"
                + " otherwise");
  }

  @Test
  void of_allDifferent_namesAsManyAsAskedFor() throws Exception {
    List<String> replay = new ArrayList<>();
    for (int id = 0; id < 50; id++) {
      replay.add(record(id, -1, 2));
    }
    Comparison found = compare(records(50), replay);
    assertThat(found.onlyLive()).isEqualTo(50);
    assertThat(found.onlyReplay()).isEqualTo(50);
    assertThat(found.differences()).hasSize(10).allMatch(line -> line.contains(" differ: "));
  }

  @Test
  void of_aRecordThatComesVeryOften_isCounted() throws Exception {
    List<String> live = new ArrayList<>(Collections.nCopies(200_000, record(1, 1, 1)));
    List<String> replay = new ArrayList<>(live);
    live.add(record(2, 2, 1));
    replay.addAll(Collections.nCopies(3, record(1, 1, 1)));
    assertThat(compare(live, replay))
        .isEqualTo(
            new Comparison(
                false,
                200_001,
                200_003,
                1,
                3,
                List.of(
                    "live live.jsonl:200001: 1 times live, 0 times in the replay, key \"k2\"",
                    "replay replay.jsonl:1: 200000 times live, 200003 times in the replay, key"
                        + " \"k1\"")));
  }

  @Test
  void of_largeRecords_tellsWhatFitsIntoMemory_andCountsAll() throws Exception {
    String large = "x".repeat(4 << 20);
    List<String> live = records(5).stream().map(line -> line.replace("fraud", large)).toList();
    List<String> replay =
        live.stream().map(line -> line.replace("\"version\":1", "\"version\":2")).toList();
    Comparison found = compare(live, replay);
    assertThat(found.onlyLive()).isEqualTo(5);
    assertThat(found.onlyReplay()).isEqualTo(5);
    assertThat(found.differences())
        .hasSize(3)
        .allMatch(line -> line.contains(" differ: model.version 1, replayed 2"));
  }

  @Test
  void count_ofNumbersAddedAnyTimes_isRight() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      DigestBucket bucket = new DigestBucket();
      Map<Long, Long> expected = new HashMap<>();
      for (int i = random.nextInt(2000); i > 0; i--) {
        long number = random.nextInt(1 + random.nextInt(1000)) - 500;
        bucket.add(number);
        expected.merge(number, 1L, Long::sum);
      }
      for (long number = -501; number <= 501; number++) {
        assertThat(bucket.count(number))
            .as("seed %d, number %d", seed, number)
            .isEqualTo(expected.getOrDefault(number, 0L));
      }
      assertThat(bucket.surplusOver(new DigestBucket()))
          .isEqualTo(expected.values().stream().mapToLong(Long::longValue).sum());
    }
  }

  @Test
  void of_compressedFiles_readsThem_andPassesOverWhatIsNoData() throws Exception {
    List<String> records = records(20);
    Path live = write("live.jsonl", records);
    Path replay = Files.createDirectories(folder.resolve("replay"));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(replay.resolve("part.jsonl.gz")))) {
      out.write(String.join("\n", records.subList(0, 5)).getBytes(UTF_8));
    }
    try (OutputStream out =
        new ZstdOutputStream(Files.newOutputStream(replay.resolve("part.jsonl.zst")))) {
      out.write(String.join("\n", records.subList(5, 20)).getBytes(UTF_8));
    }
    write("replay/_SUCCESS", List.of("no JSON"));
    write("replay/_dead-letters/part", List.of(record(99, 1, 1)));
    write("replay/.part.inprogress", List.of("{"));
    assertThat(compare(live, replay).equal()).isTrue();
  }

  @Test
  void of_recordingThatIsCutOff_isNotTakenForAWholeOne() throws Exception {
    List<String> records = records(2_000);
    Path live = write("live.jsonl", records);
    Path recording = folder.resolve("out-0.avro");
    try (TopicRecording out = TopicRecording.create(Files.newOutputStream(recording), "out")) {
      for (int i = 0; i < records.size(); i++) {
        out.write(new KafkaRecord("out", 0, i, 0, 0, null, records.get(i).getBytes(UTF_8)));
      }
    }
    assertThat(compare(live, recording).equal()).isTrue();

    byte[] whole = Files.readAllBytes(recording);
    Files.write(recording, Arrays.copyOf(whole, whole.length - 1));

    assertFails(live, recording, "out-0.avro: cannot be read: a block is cut off");
  }

  @Test
  void of_whatIsNoOutput_saysWhereAndWhatIsExpected() throws Exception {
    Path live = write("live.jsonl", records(3));
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path wrong = write("wrong/part-0", List.of(record(1, 1, 1), "", "PAR1"));
    Path torn = write("torn/part-0", List.of(record(1, 1, 1), "{\"key\"}"));
    assertFails(live, folder.resolve("nowhere"), "nowhere does not exist: expected a file of JSON");
    assertFails(live, empty, "has no file: expected files of JSON lines");
    assertFails(live, wrong.getParent(), "part-0:3: expected a JSON object on a line");
    Path packed = write("packed/part-0.xz", records(3));
    assertFails(live, packed.getParent(), "part-0.xz: cannot be read: files that are compressed");
    assertFails(live, torn.getParent(), "part-0:2: expected a JSON object on a line");
  }

  @Test
  void of_whatIsNotCompressedAsItsNameSays_closesIt() throws Exception {
    Path live = write("live.jsonl", records(3));
    Path wrong = write("wrong.jsonl.gz", records(3));
    assertFails(live, wrong, "wrong.jsonl.gz: cannot be read");
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      assertThat(open.filter(Files::exists).map(ComparisonTest::resolved)).doesNotContain(wrong);
    }
  }

  private static Path resolved(Path descriptor) {
    try {
      return descriptor.toRealPath();
    } catch (IOException e) {
      return descriptor; // Has been closed meanwhile, or is no file.
    }
  }

  private static void assertFails(Path live, Path replay, String message) {
    assertThatThrownBy(() -> compare(live, replay))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }
}
