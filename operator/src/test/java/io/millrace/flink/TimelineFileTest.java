package io.millrace.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.serving.ModelTimeline;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineFileTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  private static final String D = "sha256:" + "d".repeat(64);

  @TempDir private Path base;
  private Path json;
  private TimelineFile file;

  @BeforeEach
  void open() {
    json = base.resolve(TimelineFile.NAME);
    file = TimelineFile.in(base.toUri());
  }

  private static Publish publish(long version, long sequence, @Nullable String digest) {
    return new Publish(
        "fraud",
        version,
        URI.create("hdfs:///models/fraud/" + version),
        digest,
        sequence,
        true,
        NOON.plusSeconds(sequence));
  }

  @Test
  void write_isTheFormatToTheLetter() throws Exception {
    file.add("fraud", List.of(publish(8, 41, null), publish(7, 40, D)));

    ObjectMapper mapper = new ObjectMapper();
    assertThat(mapper.readTree(json.toFile()).toString())
        .isEqualTo(
            mapper
                .readTree(
                    """
                    {"format": 1, "model": "fraud", "revision": 1, "versions": [
                      {"effective-from": "2026-01-31T12:00:40Z", "version": 7,
                       "uri": "hdfs:///models/fraud/7", "digest": "%s", "sequence": 40},
                      {"effective-from": "2026-01-31T12:00:41Z", "version": 8,
                       "uri": "hdfs:///models/fraud/8", "sequence": 41}]}
                    """
                        .formatted(D))
                .toString());
  }

  @Test
  void read_whereThereIsNone_isNone() throws Exception {
    assertThat(file.read("fraud")).isEmpty();
    assertThat(TimelineFile.in(base.resolve("nowhere").toUri()).read("fraud")).isEmpty();
  }

  @Test
  void add_extendsWhatIsThere_andWritesNothingTwice() throws Exception {
    assertThat(file.add("fraud", List.of(publish(7, 40, D)))).isTrue();
    assertThat(file.add("fraud", List.of(publish(8, 41, D)))).isTrue();
    byte[] written = Files.readAllBytes(json);

    assertThat(file.add("fraud", List.of(publish(7, 40, D), publish(8, 41, D)))).isFalse();
    assertThat(json).hasBinaryContent(written);
    assertThat(new String(written, UTF_8)).contains("\"revision\" : 2");
    assertThat(file.read("fraud"))
        .contains(ModelTimeline.of("fraud", List.of(publish(8, 41, D), publish(7, 40, D))));
    assertThat(base.toFile().list()).containsExactlyInAnyOrder("timeline.json", BEFORE);
  }

  private static final String BEFORE = "timeline.json.before";

  @Test
  void read_whereAWriterWasCutOffBetweenItsRenames_isTheFormerRevision() throws Exception {
    file.add("fraud", List.of(publish(7, 40, D)));
    Files.move(json, base.resolve(BEFORE));
    Files.writeString(base.resolve("timeline.json.part-x"), "{\"format\": 1");

    assertThat(file.read("fraud")).contains(ModelTimeline.of("fraud", List.of(publish(7, 40, D))));
    assertThat(file.add("fraud", List.of(publish(8, 41, D)))).isTrue();
    assertThat(file.read("fraud").orElseThrow().entries()).hasSize(2);
  }

  @Test
  void add_whichCannotBeWritten_leavesTheFormerRevision() throws Exception {
    file.add("fraud", List.of(publish(7, 40, D)));
    // A folder in the way of the file that is set aside.
    Files.createDirectories(base.resolve(BEFORE).resolve("x"));

    assertThatThrownBy(() -> file.add("fraud", List.of(publish(8, 41, D))))
        .isInstanceOf(java.io.IOException.class);
    assertThat(file.read("fraud").orElseThrow().entries()).hasSize(1);
    try (Stream<Path> left = Files.list(base)) {
      assertThat(left.filter(path -> path.toString().contains(".part-"))).isEmpty();
    }
  }

  @Test
  void read_whileAnotherWrites_isAlwaysAWholeRevision() throws Exception {
    file.add("fraud", List.of(publish(0, 0, D)));
    ExecutorService other = Executors.newSingleThreadExecutor();
    CountDownLatch reading = new CountDownLatch(1);
    try {
      Future<?> writing =
          other.submit(
              () -> {
                reading.await();
                for (long i = 1; i < 60; i++) {
                  file.add("fraud", List.of(publish(i, i, D)));
                }
                return null;
              });
      List<Integer> sizes = new ArrayList<>();
      reading.countDown();
      while (!writing.isDone()) {
        sizes.add(file.read("fraud").orElseThrow().entries().size());
      }
      writing.get();
      // One may be read from the file that is just set aside, so not more than one back.
      for (int i = 1; i < sizes.size(); i++) {
        assertThat(sizes.get(i)).isGreaterThanOrEqualTo(sizes.get(i - 1) - 1);
      }
      assertThat(file.read("fraud").orElseThrow().entries()).hasSize(60);
    } finally {
      other.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'format': 1, 'model': | not JSON at line 1, column ",
        "[] | not a JSON object",
        "{'format': 2, 'model': 'fraud'} | format 2: expected 1",
        "{'format': 1, 'model': 7} | field 'model': expected a string, got 7",
        "{'format': 1, 'model': 'fraud', 'revision': 1} | field 'versions': expected a list, got nothing",
        "{'format': 1, 'model': 'fraud', 'versions': []} | field 'revision': expected an integer, got nothing",
        "{'format': 1, 'model': 'fraud', 'revision': 1, 'versions': [{'version': 'x'}]} | in versions[0]: field 'version': expected an integer, got \"x\"",
        "{'format': 1, 'model': 'fraud', 'revision': 1, 'versions': [{'version': 1, 'uri': ':'}]} | in versions[0]: field 'uri': expected a location",
        "{'format': 1, 'model': 'fraud', 'revision': 1, 'versions': [{'version': 1, 'uri': '/a', 'digest': 'x', 'sequence': 1, 'effective-from': '2026-01-31T00:00:00Z'}]} | digest 'x': expected sha256:",
        "{'format': 1, 'model': 'fraud', 'revision': 1, 'versions': [{'version': 1, 'uri': '/a', 'sequence': 1, 'effective-from': 'noon'}]} | in versions[0]: field 'effective-from': expected a time such as 2026-01-31T00:00:00Z, got \"noon\"",
      })
  void read_ofAMalformedOne_saysWhereAndWhatIsExpected(String content, String message)
      throws Exception {
    Files.writeString(json, content.replace('\'', '"'));
    assertRefused("fraud", ModelReason.INCOMPLETE, message);
  }

  @Test
  void read_ofAnotherModel_isConflict() throws Exception {
    file.add("fraud", List.of(publish(7, 40, D)));
    assertRefused("spam", ModelReason.CONFLICT, "timeline of 'fraud': expected that of 'spam'");
  }

  @Test
  void read_ofOneThatContradictsItself_isConflict() throws Exception {
    Files.writeString(
        json,
        """
        {"format": 1, "model": "fraud", "revision": 1, "versions": [
          {"effective-from": "2026-01-31T00:00:00Z", "version": 1, "uri": "/a", "sequence": 1},
          {"effective-from": "2026-01-31T00:00:00Z", "version": 2, "uri": "/b", "sequence": 1}]}
        """);
    assertRefused("fraud", ModelReason.CONFLICT, "sequence 1 of 'fraud' is known as ");
  }

  @Test
  void read_ofOneWithoutEnd_isTooLarge() throws Exception {
    Files.write(json, new byte[TimelineFile.MAX_BYTES + 1]);
    assertRefused("fraud", ModelReason.TOO_LARGE, "expected up to 8388608 bytes, got more");
  }

  private void assertRefused(String model, ModelReason reason, String message) {
    assertThatThrownBy(() -> file.read(model))
        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining("timeline.json")
        .hasMessageContaining(message);
  }

  @Test
  void read_withUnknownFields_ignoresThem() throws Exception {
    file.add("fraud", List.of(publish(7, 40, D)));
    String known = Files.readString(json);
    Files.writeString(json, known.replaceFirst("\\{", "{\"more\": [1],"));
    assertThat(file.read("fraud").orElseThrow().entries()).containsExactly(publish(7, 40, D));
  }

  @Test
  void check_saysEachVersionThatIsGoneOrOther_andWhatHasNoEffect() throws Exception {
    Path whole = Files.createDirectories(base.resolve("1"));
    Files.write(whole.resolve("saved_model.pb"), new byte[] {8, 1, 18});
    FileSystemModelStore store = FileSystemModelStore.of(List.of(base.toString()));
    String digest;
    try (var files = store.fetch(whole.toUri(), null)) {
      digest = files.digest();
    }
    ModelTimeline good = ModelTimeline.of("fraud", List.of(at(1, 1, digest), at(1, 2, null)));
    assertThat(TimelineCheck.of(good, store)).isEmpty();

    Files.createDirectories(base.resolve("2"));
    Files.write(base.resolve("2/saved_model.pb"), new byte[] {8, 1, 19});
    ModelTimeline bad =
        good.withAll(List.of(at(2, 3, digest), at(3, 4, null), at(1, 5, D), at(2, 6, digest)));
    assertThat(TimelineCheck.of(bad, store))
        .satisfiesExactly(
            conflict -> assertThat(conflict).startsWith("fraud/1 from " + NOON.plusSeconds(5)),
            other ->
                assertThat(other)
                    .startsWith("fraud/2 from " + NOON.plusSeconds(3) + ": DIGEST_MISMATCH ")
                    .contains(digest),
            gone ->
                assertThat(gone)
                    .startsWith("fraud/3 from " + NOON.plusSeconds(4) + ": NOT_FOUND ")
                    .contains("does not exist"));
  }

  private Publish at(long version, long sequence, @Nullable String digest) {
    URI uri = base.resolve(Long.toString(version)).toUri();
    return new Publish("fraud", version, uri, digest, sequence, true, NOON.plusSeconds(sequence));
  }
}
