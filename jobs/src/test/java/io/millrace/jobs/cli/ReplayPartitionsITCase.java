package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code replay} into a folder for each day, as Hive has them. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReplayPartitionsITCase {
  private static final int RECORDS = 400;

  /** The last and the first moment of two days, one of them as another place has it, and none. */
  private static final List<String> TIMES =
      List.of(
          "\"2026-01-31T23:59:59.999Z\"",
          "\"2026-02-01T00:00:00Z\"",
          "\"2026-02-01T00:30:00+01:00\"",
          "null");

  private static final List<String> FOLDERS =
      List.of(
          "date=2026-01-31",
          "date=2026-02-01",
          "date=2026-01-31",
          "date=__HIVE_DEFAULT_PARTITION__");

  @TempDir private static Path folder;
  private static Path history;

  @BeforeAll
  static void writeHistory() throws Exception {
    SavedModels.linear(folder.resolve("models/7"), new float[] {3, 1}, 0);
    history = Files.createDirectories(folder.resolve("history"));
    Files.write(history.resolve("a.jsonl"), lines(0, RECORDS / 2));
    Files.write(history.resolve("b.jsonl"), lines(RECORDS / 2, RECORDS));
  }

  private static List<String> lines(int from, int to) {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      lines.add("{\"id\":%d,\"x\":[%d,2],\"at\":%s}".formatted(i, i, TIMES.get(i % TIMES.size())));
    }
    return lines;
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "avro", "parquet"})
  void replay_recordsOfTwoDays_areInTheFolderOfTheirDay(String format) throws Exception {
    Path output = folder.resolve(format);
    Path config =
        Files.writeString(
            folder.resolve(format + ".yaml"),
            """
            job: {parallelism: 2}
            input: {paths: "%s", split-size: 4 kb, timestamp-field: at}
            output: {path: "%s", format: %s, partition-by: date, fields: [id]}
            model: {name: m, base: "%s"}
            """
                .formatted(history, output, format, folder.resolve("models")));

    CommandLineRun run = CommandLineRun.of("replay", "--config", config.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("in=%1$d out=%1$d dead=0 ".formatted(RECORDS));
    Map<String, List<Integer>> expected = new TreeMap<>();
    for (int i = 0; i < RECORDS; i++) {
      expected.computeIfAbsent(FOLDERS.get(i % FOLDERS.size()), day -> new ArrayList<>()).add(i);
    }
    assertThat(idsOfFolders(output)).isEqualTo(expected);
    assertThat(ScoredRecord.below(output))
        .allSatisfy(record -> assertThat(record.answer()).isEqualTo(3.0 * record.id() + 2));
  }

  private static Map<String, List<Integer>> idsOfFolders(Path output) throws IOException {
    Map<String, List<Integer>> ids = new TreeMap<>();
    try (Stream<Path> days = Files.list(output)) {
      for (Path day : days.filter(Files::isDirectory).toList()) {
        ids.put(
            day.getFileName().toString(),
            ScoredRecord.below(day).stream().map(ScoredRecord::id).toList());
      }
    }
    return ids;
  }
}
