package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import io.millrace.flink.ModelLocation;
import io.millrace.flink.TimelineFile;
import io.millrace.model.Command.Publish;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.SavedModels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay --model-timeline} over real files with real models. */
class ReplayTimelineITCase {
  private static final int LINES = 3_000;
  private static final long BEGIN = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  /** From when on each version is valid; the first comes again. */
  private static final Map<Integer, Integer> VERSIONS = new TreeMap<>(Map.of(500, 1, 1500, 2));

  /** The name of a file of output: that of what was read, and the number of the piece of it. */
  private static final Pattern PIECE = Pattern.compile("(.*)\\.([0-9]+)\\.jsonl");

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path models;
  private static Path history;

  @BeforeAll
  static void writeModelsAndHistory() throws Exception {
    models = folder.resolve("models");
    SavedModels.linear(models.resolve("1"), new float[] {1}, 0);
    SavedModels.linear(models.resolve("2"), new float[] {2}, 0);
    List<Publish> published = new ArrayList<>();
    VERSIONS.forEach((from, version) -> published.add(publish(version, published.size(), from)));
    published.add(publish(1, published.size(), 2_500));
    TimelineFile.in(models.toUri()).add("m", published);
    history = Files.createDirectories(folder.resolve("history"));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add(line(i, i % 3 == 0 ? Long.toString(BEGIN + i) : iso(i)));
    }
    Files.write(history.resolve("ordered.jsonl"), lines.subList(0, 1_000));
    List<String> mixed = new ArrayList<>(lines.subList(1_000, LINES));
    for (int i = 0; i + 50 <= mixed.size(); i += 50) {
      Collections.shuffle(mixed.subList(i, i + 50), new Random(i));
    }
    Files.write(history.resolve("nearly.jsonl"), mixed);
    Files.write(
        history.resolve("untimed.jsonl"),
        List.of("{\"id\":-1,\"x\":[1]}", line(-2, "\"noon\""), line(-3, "null"), line(-4, "tr")));
  }

  private static Publish publish(int version, int sequence, int from) {
    Path directory = models.resolve(Integer.toString(version));
    Instant time = Instant.ofEpochMilli(BEGIN + from);
    return new Publish(
        "m", version, ModelLocation.parse(directory.toString()), null, sequence, true, time);
  }

  private static String iso(int millis) {
    return "\"" + Instant.ofEpochMilli(BEGIN + millis) + "\"";
  }

  private static String line(int id, String time) {
    return "{\"id\":%d,\"at\":%s,\"x\":[%d]}".formatted(id, time, id);
  }

  private static CommandLineRun replay(Path input, Path output, String... more) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("replay.yaml"),
            """
            job: {parallelism: 2}
            input: {paths: "%s", split-size: 8 kb, timestamp-field: at}
            output: {path: "%s", fields: [id]}
            model: {name: m, base: "%s"}
            """
                .formatted(input, output, models));
    List<String> line = new ArrayList<>(List.of("replay", "--config", config.toString()));
    line.addAll(Arrays.asList(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  private static Map<String, String> files(Path output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(output)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(output.relativize(path).toString(), Files.readString(path));
      }
    }
    return files;
  }

  private static void assertScoredByTheVersionOfItsTime(Map<String, String> files)
      throws IOException {
    int scored = 0;
    for (Map.Entry<String, String> file : files.entrySet()) {
      for (String line : file.getValue().lines().toList()) {
        if (file.getKey().startsWith("_")) {
          continue;
        }
        JsonNode record = JSON.readTree(line);
        int id = record.at("/fields/id").asInt();
        int version = id < 1_500 || id >= 2_500 ? 1 : 2;
        assertThat(record.at("/model/version").asInt()).as(line).isEqualTo(version);
        assertThat(record.at("/predictions/y/0").asDouble()).isEqualTo((double) version * id);
        assertThat(record.at("/model/digest").asText()).startsWith("sha256:");
        scored++;
      }
    }
    assertThat(scored).isEqualTo(LINES - 500);
  }

  private static Map<String, Integer> reasons(Map<String, String> files, String prefix)
      throws IOException {
    Map<String, Integer> reasons = new TreeMap<>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (file.getKey().startsWith("_dead-letters/" + prefix)) {
        for (String line : file.getValue().lines().toList()) {
          JsonNode record = JSON.readTree(line);
          assertThat(record.at("/source/path").asText()).contains(prefix);
          assertThat(record.at("/source/offset").isIntegralNumber()).isTrue();
          reasons.merge(record.get("reason").asText(), 1, Integer::sum);
        }
      }
    }
    return reasons;
  }

  @Test
  void fault33_replayByTimeline_choosesTheSameVersionsAtAnyParallelismSplitAndMode()
      throws Exception {
    Path output = folder.resolve("scored");

    CommandLineRun run = replay(history, output, "--model-timeline");

    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList())
        .last()
        .asString()
        .startsWith("in=3004 out=2500 dead=504 versions=1:1500,2:1000 ");
    Map<String, String> files = files(output);
    assertScoredByTheVersionOfItsTime(files);
    assertThat(reasons(files, "ordered")).isEqualTo(Map.of("NO_MODEL", 500));
    assertThat(reasons(files, "untimed")).isEqualTo(Map.of("MISSING_FIELD", 2, "MALFORMED", 2));
    assertThat(String.join("", files.values()))
        .contains("no version of 'm' is valid before 2026-01-01T00:00:00.500Z, where 1 begins");
    Path other = folder.resolve("other");
    assertThat(
            replay(
                    history,
                    other,
                    "--model-timeline=" + models.resolve("timeline.json"),
                    "-Dreplay.mode=streaming",
                    "-Djob.parallelism=1",
                    "-Dmodel.max-loaded-versions=1")
                .exitCode())
        .isZero();
    assertThat(files(other)).isEqualTo(files);
    Path cut = folder.resolve("cut");
    replay(history, cut, "--model-timeline", "-Dinput.split-size=3 kb", "-Djob.parallelism=3");
    assertThat(files(cut)).hasSizeGreaterThan(files.size());
    assertThat(ofWholeFiles(files(cut))).isEqualTo(ofWholeFiles(files));
  }

  /** The lines that were made of each file, whatever the pieces that it was read in. */
  private static Map<String, String> ofWholeFiles(Map<String, String> files) {
    Map<String, String> whole = new TreeMap<>();
    files.keySet().stream()
        .filter(name -> !name.equals("_SUCCESS"))
        .sorted(
            Comparator.comparingInt(name -> Integer.parseInt(PIECE.matcher(name).replaceAll("$2"))))
        .forEach(
            name ->
                whole.merge(PIECE.matcher(name).replaceAll("$1"), files.get(name), String::concat));
    return whole;
  }

  @Test
  void replay_examplesByTimeline_haveTheirTimesKeysAndFieldsFromFeatures() throws Exception {
    byte[][] examples = new byte[LINES][];
    for (int i = 0; i < LINES; i++) {
      examples[i] =
          ExampleBytes.of(
              Map.of(
                  "id", ExampleBytes.strings(Integer.toString(i)),
                  "at", ExampleBytes.integers(BEGIN + i),
                  "x", ExampleBytes.floats(i)));
    }
    Path input = Files.write(folder.resolve("examples.tfrecord"), ExampleBytes.file(examples));
    Path output = folder.resolve("scored-examples");

    CommandLineRun run =
        replay(input, output, "--model-timeline", "-Dinput.format=tfrecord", "-Dinput.key=tx-{id}");

    assertThat(run.err()).isEmpty();
    Map<String, String> files = files(output);
    assertScoredByTheVersionOfItsTime(files);
    assertThat(files.values()).anyMatch(text -> text.contains("{\"key\":\"tx-600\","));

    CommandLineRun typed =
        replay(
            input,
            folder.resolve("typed-examples"),
            "--model-timeline",
            "-Dinput.format=tfrecord",
            "-Doutput.format=parquet",
            "-Doutput.fields=[id, x]");
    assertThat(typed.out()).contains("in=3000 out=2500 dead=500 ");
  }

  @Test
  void fault63_tornFileByTimeline_isADeadLetterAndARerunGivesTheSameBytes() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 1_000; i < 3_000; i++) {
      text.append(line(i, iso(i))).append('\n');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    byte[] whole = bytes.toByteArray();
    byte[] torn = Arrays.copyOf(whole, whole.length / 2);
    Path input = Files.createDirectories(folder.resolve("torn"));
    Path file = Files.write(input.resolve("torn.jsonl.gz"), torn);
    Path output = folder.resolve("of-torn");
    String days = "-Doutput.partition-by=date";

    CommandLineRun failed = replay(input, output, "--model-timeline", days);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).contains(file.toString(), "breaks off").hasLineCount(1);
    assertThat(output).doesNotExist();

    String dead = "-Dinput.damaged-files=dead-letter";
    assertThat(replay(input, output, "--model-timeline", dead, days).exitCode()).isZero();
    Map<String, String> first = files(output);
    assertThat(first.keySet()).anyMatch(name -> name.startsWith("date=2026-01-01/torn"));
    assertThat(reasons(first, "torn")).isEqualTo(Map.of("MALFORMED", 1));
    String before = unpackedLines(torn);
    assertThat(before).hasSizeBetween(10_000, text.length() - 10_000);
    assertThat(JSON.readTree(first.get("_dead-letters/torn.jsonl.gz.0.jsonl")).at("/source/offset"))
        .isEqualTo(new IntNode(before.length()));
    assertThat(ScoredRecord.below(output))
        .extracting(ScoredRecord::id)
        .isEqualTo(IntStream.range(1_000, 1_000 + (int) before.lines().count()).boxed().toList());
    assertThat(replay(input, output, "--model-timeline", dead, days, "--overwrite").exitCode())
        .isZero();
    assertThat(files(output)).isEqualTo(first);
  }

  /** The lines that are whole in what can be unpacked of a file that breaks off. */
  private static String unpackedLines(byte[] torn) throws IOException {
    ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(torn))) {
      // Of a read of several bytes, those before the end would be lost.
      for (int next = in.read(); next >= 0; next = in.read()) {
        unpacked.write(next);
      }
    } catch (EOFException e) {
      String text = unpacked.toString(StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1);
    }
    throw new AssertionError("the file is whole");
  }

  @Test
  void replay_timelineThatCannotBeReplayed_isRefusedBeforeAnythingIsRead() throws Exception {
    Path output = folder.resolve("refused");
    Path others = Files.createDirectories(folder.resolve("others"));
    Publish gone = publish(2, 1, 0);
    Publish changed = publish(1, 2, 10).withDigest("sha256:" + "0".repeat(64));
    TimelineFile.in(others.toUri())
        .add(
            "m",
            List.of(
                new Publish(
                    "m", 9, models.resolve("9").toUri(), null, 3, true, gone.effectiveFrom()),
                gone,
                changed));

    CommandLineRun run = replay(history, output, "--model-timeline=" + others);
    assertThat(run.err())
        .contains("model.timeline", "m/9", "NOT_FOUND", "m/1", "DIGEST_MISMATCH")
        .doesNotContain("m/2")
        .hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(replay(history, output, "--model-timeline=" + history).err())
        .contains("no version of 'm'", "effective-from");
    assertThat(replay(history, output, "--model-timeline=" + others + "/other.json").err())
        .contains("model.timeline: expected a folder with timeline.json in it, or that file");
    assertThat(replay(history, output, "--model-timeline", "-Dmodel.version-policy=1").err())
        .contains("model.version-policy", "model.timeline");
    assertThat(output).doesNotExist();
  }
}
