package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackfillTest {
  private static final SwitchPoint POINT =
      new SwitchPoint("in", Map.of(0, 100L, 1, 0L), Map.of(0, 300L, 1, 20L));
  private static final Instant TIME = Instant.parse("2026-01-31T00:00:00Z");

  private static void check(String backfill) throws ConfigurationException {
    Backfill.check(YamlConfiguration.parse("input: {topic: in, " + backfill + "}", "it", Map.of()));
  }

  private static void assertRefused(String backfill, String... parts) {
    assertThatThrownBy(() -> check(backfill))
        .isInstanceOf(ConfigurationException.class)
        .message()
        .contains(parts);
  }

  @Test
  void check_pathsAndOnePoint_areAsked() {
    assertThatCode(() -> check("backfill: {paths: /history, offsets: {0: 1200, 1: 0}}"))
        .doesNotThrowAnyException();
    assertThatCode(
            () -> check("backfill: {paths: [/a, hdfs:///b], timestamp: 2026-01-31T00:00:00Z}"))
        .doesNotThrowAnyException();
    for (String records : List.of("json", "raw", "tf-example", "avro-confluent")) {
      assertThatCode(
              () ->
                  check(
                      "format: %s, backfill: {paths: /a, format: topic, offsets: {0: 1}}"
                          .formatted(records)))
          .doesNotThrowAnyException();
      assertThatCode(
              () -> check("format: %s, backfill: {paths: /a, offsets: {0: 1}}".formatted(records)))
          .doesNotThrowAnyException();
    }
    assertThatCode(() -> check("start: latest")).doesNotThrowAnyException();
  }

  @Test
  void check_whatDoesNotGoTogether_isRefused() {
    assertRefused("backfill: {paths: /a}", "offsets", "timestamp are not given", "expected one");
    assertRefused(
        "backfill: {paths: /a, offsets: {0: 1}, timestamp: 2026-01-31T00:00:00Z}",
        "are both given");
    assertRefused("backfill: {offsets: {0: 1}}", "input.backfill.offsets", "without", "paths");
    assertRefused("backfill: {damaged-files: fail}", "damaged-files is given without");
    assertRefused("start: earliest, backfill: {paths: /a, offsets: {0: 1}}", "input.start");
    assertRefused("backfill: {format: json}", "format is given without");
    assertRefused(
        "format: raw, backfill: {paths: /a, format: json, offsets: {0: 1}}",
        "input.backfill.format is json",
        "input.format is raw",
        "expected topic");
    assertRefused(
        "format: tf-example, backfill: {paths: /a, format: json, offsets: {0: 1}}",
        "input.backfill.format is json",
        "expected tfrecord, or topic");
    assertThatThrownBy(
            () ->
                Backfill.check(
                    YamlConfiguration.parse(
                        "{input: {topic: in, backfill: {paths: /a, offsets: {0: 1}}},"
                            + " model: {switch-policy: event-time}}",
                        "it",
                        Map.of())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("model.switch-policy", "input.backfill.paths", "order of");
    assertRefused("backfill: {paths: [], offsets: {0: 1}}", "paths is empty");
    assertRefused("backfill: {paths: /a, timestamp: yesterday}", "timestamp", "2026-01-31T");
  }

  @Test
  void check_pathsThatLieWithinEachOther_areRefused() {
    for (String twice : List.of("[/h, /h/2025]", "[/h/2025, 'file:///h']", "[/h, /h/]")) {
      assertRefused(
          "backfill: {paths: " + twice + ", offsets: {0: 1}}",
          "input.backfill.paths",
          "each file once");
    }
  }

  @Test
  void requireFiles_ofWhichAllArePassedOver_isRefused(@TempDir Path folder) throws Exception {
    Files.createFile(Files.createDirectory(folder.resolve("_2025")).resolve("a.jsonl"));
    Files.createDirectory(folder.resolve("empty"));
    Files.createFile(Files.createDirectory(folder.resolve("2025")).resolve("a.jsonl"));

    Backfill.requireFiles(ofPath(folder.resolve("2025")));
    assertThatThrownBy(
            () ->
                Backfill.requireFiles(
                    ofPath(folder.resolve("2025"))
                        .set(BackfillOptions.FORMAT, BackfillOptions.FileFormat.TOPIC)))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("a.jsonl", "damaged");
    for (String nothing : List.of("_2025", "empty")) {
      assertThatThrownBy(() -> Backfill.requireFiles(ofPath(folder.resolve(nothing))))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContainingAll("input.backfill.paths", nothing, "'_'");
    }
    assertThatThrownBy(() -> Backfill.requireFiles(ofPath(folder.resolve("nowhere"))))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("input.backfill.paths", "nowhere", "does not exist");
  }

  private static Configuration ofPath(Path path) {
    return new Configuration().set(BackfillOptions.PATHS, List.of(path.toString()));
  }

  @Test
  void ofOffsets_oneForEachPartition_areTaken() throws Exception {
    assertThat(POINT.ofOffsets(Map.of("0", "300", "1", "0"))).isEqualTo(Map.of(0, 300L, 1, 0L));
  }

  @Test
  void ofOffsets_whereTheTopicHasNothing_isRefused() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("0", "200"),
            Map.of("0", "200", "1", "1", "2", "0"),
            Map.of("0", "300", "00", "300", "1", "0"),
            Map.of("0", "300", "1", "0", "9999999999", "0"),
            Map.of("0", "x", "1", "0"))) {
      assertThatThrownBy(() -> POINT.ofOffsets(wrong))
          .as("%s", wrong)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("input.backfill.offsets");
    }
    for (String gone : new String[] {"99", "301"}) {
      assertThatThrownBy(() -> POINT.ofOffsets(Map.of("0", gone, "1", "0")))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "input.backfill.offsets: partition 0 of topic in has offsets 100 to 300: expected one"
                  + " of them, got "
                  + gone);
    }
  }

  @Test
  void ofTime_whatTheTopicMayHaveLost_isRefused() throws Exception {
    assertThat(POINT.ofTime(TIME, Map.of(0, 101L, 1, 0L))).isEqualTo(Map.of(0, 101L, 1, 0L));
    assertThatThrownBy(() -> POINT.ofTime(TIME, Map.of(0, 100L, 1, 0L)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("partition 0 of topic in begins at offset 100")
        .hasMessageContaining("2026-01-31T00:00:00Z");
  }

  @Test
  void ofTimeRestored_whatTheTopicMayHaveLost_isAnOffsetThatIsGone() {
    assertThat(POINT.ofTimeRestored(Map.of(0, 101L, 1, 0L))).isEqualTo(Map.of(0, 101L, 1, 0L));
    assertThat(POINT.ofTimeRestored(Map.of(0, 100L, 1, 3L))).isEqualTo(Map.of(0, 99L, 1, 3L));
    assertThat(POINT.ofTimeRestored(Map.of(0, 40L, 1, 0L))).isEqualTo(Map.of(0, 99L, 1, 0L));
  }

  @Test
  void startingAt_anOffsetThatIsGone_isNoReasonToGoOnElsewhere() {
    OffsetsInitializer start = Backfill.startingAt("in", Map.of(0, 200L, 1, 0L));
    assertThat(start.getAutoOffsetResetStrategy()).isEqualTo(OffsetResetStrategy.NONE);
  }
}
