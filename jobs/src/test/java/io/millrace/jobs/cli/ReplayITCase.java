package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.HdfsCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay} over real files, local and on HDFS. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReplayITCase {
  private static final int LINES = 2000;
  private static final int MANY = 200_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path models;
  private static Path history;

  @BeforeAll
  static void writeHistory() throws Exception {
    models = folder.resolve("models");
    SavedModels.linear(models.resolve("7"), new float[] {3, 1}, 0);
    history = folder.resolve("history");
    Files.createDirectories(history.resolve("2025"));
    Files.writeString(history.resolve("2025/plain.jsonl"), lines(0, LINES));
    Files.writeString(history.resolve("empty.jsonl"), "");
    Files.write(history.resolve("packed.jsonl.gz"), gzip(lines(LINES, LINES + 100)));
    Files.writeString(
        history.resolve("torn.jsonl"), lines(9000, 9001) + "{\"id\":1,\"x\":[1,null]}\n{\"id\":");
  }

  private static String lines(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append("{\"id\":").append(i).append(",\"x\":[").append(i).append(",2]}\n");
    }
    return lines.toString();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String[] replay(String input, String output, String... more) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("replay.yaml"),
            """
            job: {parallelism: 2}
            input: {paths: "%s", split-size: 4 kb}
            output: {path: "%s", fields: [id]}
            model: {name: m, base: "%s"}
            """
                .formatted(input, output, models));
    List<String> line = new ArrayList<>(List.of("replay", "--config", config.toString()));
    line.addAll(Arrays.asList(more));
    return line.toArray(String[]::new);
  }

  private static CommandLineRun run(Object input, Object output, String... more)
      throws IOException {
    return CommandLineRun.of(replay(input.toString(), output.toString(), more));
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

  private static Map<String, String> files(org.apache.flink.core.fs.Path output)
      throws IOException {
    Map<String, String> files = new TreeMap<>();
    FileSystem system = output.getFileSystem();
    for (FileStatus status : system.listStatus(output)) {
      String name = status.getPath().getName();
      if (status.isDir()) {
        files(status.getPath()).forEach((inner, text) -> files.put(name + "/" + inner, text));
      } else {
        try (var in = system.open(status.getPath())) {
          files.put(name, new String(in.readAllBytes(), UTF_8));
        }
      }
    }
    return files;
  }

  private static void assertScored(Map<String, String> files) throws IOException {
    Map<Integer, Double> answers = new TreeMap<>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (!file.getKey().startsWith("_")) {
        for (String line : file.getValue().lines().toList()) {
          JsonNode record = JSON.readTree(line);
          assertThat(record.at("/model/version").asLong()).isEqualTo(7);
          double answer = record.at("/predictions/y/0").asDouble();
          assertThat(answers.put(record.at("/fields/id").asInt(), answer))
              .as("what was there of the record before %s of %s", line, file.getKey())
              .isNull();
        }
      }
    }
    assertThat(answers).hasSize(LINES + 101);
    answers.forEach((id, answer) -> assertThat(answer).isEqualTo(3.0 * id + 2));
  }

  private static Map<Long, String> reasonsByOffset(String deadLetters) throws IOException {
    Map<Long, String> reasons = new TreeMap<>();
    for (String line : deadLetters.lines().toList()) {
      JsonNode record = JSON.readTree(line);
      assertThat(record.at("/source/path").asText()).endsWith("/torn.jsonl");
      reasons.put(record.at("/source/offset").asLong(), record.get("reason").asText());
    }
    return reasons;
  }

  @Test
  void replay_localFiles_areScoredOnceAndTheSameBytesInAnyMode() throws Exception {
    Path output = folder.resolve("scored");

    CommandLineRun run = run(history, output);

    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList())
        .last()
        .asString()
        .startsWith("in=2103 out=2101 dead=2 versions=7:2101 files=");
    assertThat(run.exitCode()).isZero();
    Map<String, String> files = files(output);
    assertScored(files);
    assertThat(files.keySet())
        .filteredOn(name -> name.startsWith("2025/plain.jsonl."))
        .hasSizeGreaterThan(5);
    assertThat(reasonsByOffset(files.get("_dead-letters/torn.jsonl.0.jsonl")))
        .isEqualTo(Map.of(25L, "WRONG_TYPE", 47L, "MALFORMED"));

    CommandLineRun refused = run(history, output);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("scored exists").hasLineCount(1);
    Path other = folder.resolve("streamed");
    assertThat(run(history, other, "-Dreplay.mode=streaming", "-Djob.parallelism=1").exitCode())
        .isZero();
    assertThat(files(other)).isEqualTo(files);
    CommandLineRun replaced =
        run(
            history.resolve("torn.jsonl"),
            output,
            "--overwrite",
            "-Doutput.partition-by=date",
            "-Dinput.timestamp-field=time");
    assertThat(replaced.err()).isEmpty();
    // The records have no such field.
    assertThat(files(output))
        .containsOnlyKeys(
            "_SUCCESS",
            "date=__HIVE_DEFAULT_PARTITION__/torn.jsonl.0.jsonl",
            "_dead-letters/torn.jsonl.0.jsonl");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".part"));
    }
  }

  @Test
  void replay_toAvroAndParquet_givesTheRecordsOfJson() throws Exception {
    String key = "-Dinput.key=tx-{id}";
    Path json = folder.resolve("typed-json");
    assertThat(run(history, json, key).exitCode()).isZero();
    List<ScoredRecord> expected = ScoredRecord.below(json);
    assertThat(expected)
        .hasSize(LINES + 101)
        .allSatisfy(
            record -> {
              assertThat(record.key()).isEqualTo("tx-" + record.id());
              assertThat(record.answer()).isEqualTo(3.0 * record.id() + 2);
              assertThat(record.model()).isEqualTo("m");
              assertThat(record.version()).isEqualTo(7);
              assertThat(record.digest()).matches("sha256:[0-9a-f]{64}");
            });
    for (String format : List.of("avro", "parquet")) {
      Path output = folder.resolve("typed-" + format);

      CommandLineRun run = run(history, output, key, "-Doutput.format=" + format);

      assertThat(run.err()).isEmpty();
      assertThat(ScoredRecord.below(output)).isEqualTo(expected);
      assertThat(output.resolve("_dead-letters/torn.jsonl.0.jsonl")).exists();
      Path again = folder.resolve("again-" + format);
      run(history, again, key, "-Doutput.format=" + format, "-Djob.parallelism=1");
      assertThat(digest(again)).isEqualTo(digest(output));
    }
  }

  @Test
  void replay_toAvroWithShapesThatLeaveNoBatch_writesWholeTensors() throws Exception {
    SavedModels.failing(folder.resolve("whole/7"));
    Path input =
        Files.writeString(folder.resolve("whole.jsonl"), "{\"id\": 1, \"x\": [1, 4, 9]}\n");
    Path output = folder.resolve("of-whole");

    CommandLineRun run =
        run(
            input,
            output,
            "-Dmodel.base=" + folder.resolve("whole"),
            "-Dmodel.input-shapes={x: [3]}",
            "-Doutput.format=avro");

    assertThat(run.exitCode()).as(run.err()).isZero();
    Path file = output.resolve("whole.jsonl.0.avro");
    try (DataFileReader<GenericRecord> records =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      GenericRecord predictions = (GenericRecord) records.next().get("predictions");
      assertThat((List<?>) predictions.get("y")).isEqualTo(List.of(1f, 2f, 3f));
    }
  }

  private static String digest(Path output) throws IOException {
    JsonNode success = JSON.readTree(output.resolve("_SUCCESS").toFile());
    return success.get("digest").asText();
  }

  @Test
  void replay_onHdfs_givesTheBytesOfALocalOne() throws Exception {
    Path local = folder.resolve("local");
    assertThat(run(history, local).exitCode()).isZero();
    try (HdfsCluster hdfs = HdfsCluster.start(HdfsCluster.jars(), folder.resolve("hdfs"))) {
      for (Map.Entry<Path, String> file : contents(history).entrySet()) {
        var path =
            new org.apache.flink.core.fs.Path(
                hdfs.uri().resolve("/history/" + history.relativize(file.getKey())));
        try (OutputStream out = path.getFileSystem().create(path, WriteMode.OVERWRITE)) {
          out.write(Files.readAllBytes(file.getKey()));
        }
      }
      String output = hdfs.uri().resolve("/scored").toString();

      CommandLineRun run = run(hdfs.uri().resolve("/history"), output);

      assertThat(run.err()).isEmpty();
      Map<String, String> files = files(new org.apache.flink.core.fs.Path(output));
      assertScored(files);
      Map<String, String> expected = files(local);
      // They say where they came from.
      String dead = "_dead-letters/torn.jsonl.0.jsonl";
      assertThat(reasonsByOffset(files.remove(dead)))
          .isEqualTo(reasonsByOffset(expected.remove(dead)));
      assertThat(counts(files.remove("_SUCCESS"))).isEqualTo(counts(expected.remove("_SUCCESS")));
      assertThat(files).isEqualTo(expected);
      assertThat(run(hdfs.uri().resolve("/history"), output).err()).contains("exists");
    }
  }

  private static JsonNode counts(String success) throws IOException {
    ObjectNode counts = (ObjectNode) JSON.readTree(success);
    assertThat(counts.remove("digest")).isNotNull();
    return counts;
  }

  private static Map<Path, String> contents(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      Map<Path, String> files = new TreeMap<>();
      paths.filter(Files::isRegularFile).forEach(path -> files.put(path, ""));
      return files;
    }
  }

  @Test
  void replay_killedAndRunAgain_leavesNothingAndGivesTheSameBytes() throws Exception {
    Path input = Files.writeString(folder.resolve("long.jsonl"), lines(0, MANY));
    Path whole = folder.resolve("undisturbed");
    assertThat(run(input, whole, "-Dinput.split-size=64 kb").exitCode()).isZero();
    Path output = folder.resolve("killed");
    Path part = folder.resolve("_killed.part");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("millrace.distribution"), "bin/millrace").toString());
    command.addAll(
        Arrays.asList(
            replay(
                input.toString(),
                output.toString(),
                "-Dinput.split-size=64 kb",
                "-Djob.parallelism=1")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("killed.log").toFile())
            .start();
    try {
      Await.until("files are written", () -> hasFiles(part));
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(output).doesNotExist();
    assertThat(part).exists();

    CommandLineRun again = run(input, output, "-Dinput.split-size=64 kb");

    assertThat(again.out()).contains("in=" + MANY + " out=" + MANY + " dead=0");
    assertThat(part).doesNotExist();
    int next = 0;
    for (int split = 0; next < MANY; split++) {
      for (String line : Files.readAllLines(output.resolve("long.jsonl." + split + ".jsonl"))) {
        assertThat(line).startsWith("{\"key\":null,\"fields\":{\"id\":" + next++ + "}");
      }
    }
    assertThat(files(output).equals(files(whole))).as("the same files, byte for byte").isTrue();
  }

  private static boolean hasFiles(Path part) throws IOException {
    if (!Files.exists(part)) {
      return false;
    }
    try (Stream<Path> paths = Files.walk(part)) {
      return paths.anyMatch(Files::isRegularFile);
    }
  }

  @Test
  void replay_whatCannotBeReplayed_isRefusedBeforeAnythingIsRead() throws Exception {
    Path output = folder.resolve("refused");
    String digest = "sha256:" + "0".repeat(64);
    assertRefused(1, run(folder.resolve("nowhere"), output), "input.paths", "nowhere", "not exist");
    assertRefused(
        2, run(history, output, "-Dinput.format=xml"), "input.format", "'xml'", "expected json");
    assertRefused(1, run(history, output, "-Dmodel.version-policy=8"), "no version 8");
    assertRefused(
        1, run(history, output, "-Dmodel.digest=" + digest), "models/7", digest, "expected");
    assertRefused(2, run(history, history.resolve("out")), "output.path", "input.paths", "within");
    assertThat(output).doesNotExist();
    assertThat(folder.resolve("_refused.part")).doesNotExist();
  }

  private static void assertRefused(int exitCode, CommandLineRun run, String... parts) {
    assertThat(run.err()).contains(parts).hasLineCount(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }
}
