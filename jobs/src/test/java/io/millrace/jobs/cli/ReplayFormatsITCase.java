package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.SavedModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code replay} over files of each format: the same records, the same answers. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReplayFormatsITCase {
  private static final int RECORDS = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path models;

  @BeforeAll
  static void writeModel() throws Exception {
    models = folder.resolve("models");
    SavedModels.linear(models.resolve("7"), new float[] {3, 1}, 0);
  }

  private static float[] inputs(int id) {
    return new float[] {id / 7f, 2};
  }

  private static CommandLineRun replay(String format, Path input, Path output, String... more)
      throws IOException {
    Path config =
        Files.writeString(
            folder.resolve(format + ".yaml"),
            """
            job: {parallelism: 2}
            input: {paths: "%s", format: %s, split-size: 1 kb}
            output: {path: "%s"}
            model: {name: m, base: "%s"}
            """
                .formatted(input, format, output, models));
    List<String> line = new ArrayList<>(List.of("replay", "--config", config.toString()));
    line.addAll(Arrays.asList(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  /** The lines of all files below, those of each in its order. */
  private static List<JsonNode> lines(Path output) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    if (!Files.exists(output)) {
      return lines;
    }
    try (Stream<Path> paths = Files.walk(output)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        if (path.toString().endsWith(".jsonl")) {
          for (String line : Files.readAllLines(path)) {
            lines.add(JSON.readTree(line));
          }
        }
      }
    }
    return lines;
  }

  private static void assertScored(CommandLineRun run, Path output) throws IOException {
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("in=" + RECORDS + " out=" + RECORDS + " dead=0 versions=7:" + RECORDS);
    List<Float> answers = new ArrayList<>();
    List<Float> expected = new ArrayList<>();
    for (JsonNode line : lines(output)) {
      answers.add(line.at("/predictions/y/0").floatValue());
      expected.add(3 * inputs(expected.size())[0] + 2);
    }
    assertThat(answers).containsExactlyInAnyOrderElementsOf(expected).hasSize(RECORDS);
  }

  private static byte[] examples(int from, int to) {
    byte[][] records = new byte[to - from][];
    for (int i = from; i < to; i++) {
      records[i - from] = ExampleBytes.of(Map.of("x", ExampleBytes.floats(inputs(i))));
    }
    return ExampleBytes.file(records);
  }

  @Test
  void replay_tfRecords_areScoredAndDamageIsADeadLetter() throws Exception {
    byte[] file = examples(0, RECORDS);
    Path input = Files.createDirectories(folder.resolve("tfrecord"));
    Files.write(input.resolve("a.tfrecord"), file);
    Path output = folder.resolve("tfrecord-scored");

    assertScored(replay("tfrecord", input, output), output);
    List<JsonNode> before = lines(output);
    String success = Files.readString(output.resolve("_SUCCESS"));

    Files.write(input.resolve("b.tfrecord"), Arrays.copyOf(file, file.length - 1));
    CommandLineRun failed = replay("tfrecord", input, output, "--overwrite");
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).contains("b.tfrecord", "cut off").hasLineCount(1);
    assertThat(lines(output)).isEqualTo(before);
    assertThat(output.resolve("_SUCCESS")).hasContent(success);
    CommandLineRun run =
        replay("tfrecord", input, output, "--overwrite", "-Dinput.damaged-files=dead-letter");
    assertThat(run.out()).contains("in=400 out=399 dead=1");
    JsonNode dead = lines(output.resolve("_dead-letters")).get(0);
    assertThat(dead.at("/source/path").asText()).endsWith("b.tfrecord");
    assertThat(dead.at("/source/offset").asInt()).isGreaterThan(1000);
    assertThat(dead.get("reason").asText()).isEqualTo("MALFORMED");
  }

  private static byte[] raw(int from, int to) {
    ByteBuffer bytes = ByteBuffer.allocate((to - from) * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = from; i < to; i++) {
      bytes.putFloat(inputs(i)[0]).putFloat(inputs(i)[1]);
    }
    return bytes.array();
  }

  @Test
  void replay_rawRecords_areScoredByManySplits() throws Exception {
    Path input = Files.write(folder.resolve("all.raw"), raw(0, RECORDS));
    Path output = folder.resolve("raw-scored");

    assertScored(replay("raw", input, output), output);

    assertThat(output.resolve("all.raw.1.jsonl")).exists();
    CommandLineRun refused = replay("raw", input, folder.resolve("none"), "-Drecords.max-size=7 b");
    assertThat(refused.err()).contains("8 bytes", "records.max-size, 7").hasLineCount(1);
  }

  /** They have no fields that could go along: Parquet knows no group without columns. */
  @Test
  void replay_rawRecordsToParquet_areThePredictionsAlone() throws Exception {
    Path input = Files.write(folder.resolve("plain.raw"), raw(0, RECORDS));
    Path output = folder.resolve("raw-to-parquet");

    CommandLineRun run = replay("raw", input, output, "-Doutput.format=parquet");

    assertThat(run.out()).as(run.err()).contains("dead=0 versions=7:" + RECORDS);
    assertThat(ScoredRecord.below(output).stream().map(record -> (float) record.answer()))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, RECORDS).mapToObj(id -> 3 * inputs(id)[0] + 2).toList());
  }

  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "payment", "fields": [
                {"name": "id", "type": "long"},
                {"name": "amount", "type": "float"},
                {"name": "card", "type": {"type": "record", "name": "card", "fields": [
                  {"name": "age", "type": ["null", "float"]}]}}]}
              """);

  private static final String[] FEATURES = {
    "-Dfeatures.input=x",
    "-Dfeatures.fields=[{name: amount}, {name: card.age, default: 2}]",
    "-Doutput.fields=[id]"
  };

  private static GenericRecord payment(int id) {
    GenericRecord card = new GenericData.Record(SCHEMA.getField("card").schema());
    card.put("age", id % 2 == 0 ? null : 2f);
    GenericRecord payment = new GenericData.Record(SCHEMA);
    payment.put("id", (long) id);
    payment.put("amount", inputs(id)[0]);
    payment.put("card", card);
    return payment;
  }

  private static void assertMisfitsAreRefused(String format, Path input) throws IOException {
    CommandLineRun run =
        replay(
            format,
            input,
            folder.resolve("none"),
            "-Dfeatures.input=x",
            "-Dfeatures.fields=[{name: amount, dtype: int32}, {name: age}]",
            "-Dinput.key=tx-{number}",
            "-Dinput.timestamp-field=when",
            "-Doutput.partition-by=date");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            input.getFileName().toString(),
            "field 'amount': expected int32, the schema has float",
            "field 'age' is absent: the schema has [id, amount, card]",
            "field 'number' is absent",
            "field 'when' is absent")
        .hasLineCount(1);
    assertThat(folder.resolve("_none.part")).doesNotExist();
  }

  @Test
  void replay_avro_isScoredByManySplitsAndMisfitsAreRefused() throws Exception {
    Path input = folder.resolve("a.avro");
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(SCHEMA))) {
      writer.setSyncInterval(200).create(SCHEMA, input.toFile());
      for (int i = 0; i < RECORDS; i++) {
        writer.append(payment(i));
      }
    }
    Path output = folder.resolve("avro-scored");

    assertScored(replay("avro", input, output, FEATURES), output);

    assertThat(output.resolve("a.avro.1.jsonl")).exists();
    assertThat(lines(output).get(0).at("/fields/id").asInt()).isZero();
    assertMisfitsAreRefused("avro", input);
  }

  @Test
  void replay_parquet_isScoredAndMisfitsAreRefused() throws Exception {
    Path input = folder.resolve("a.parquet");
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(input))
            .withSchema(SCHEMA)
            .build()) {
      for (int i = 0; i < RECORDS; i++) {
        writer.write(payment(i));
      }
    }
    Path output = folder.resolve("parquet-scored");

    assertScored(replay("parquet", input, output, append(FEATURES, "-Dinput.key=tx-{id}")), output);

    assertThat(lines(output).get(7).at("/fields/id").asInt()).isEqualTo(7);
    assertThat(lines(output).get(7).get("key").asText()).isEqualTo("tx-7");
    assertMisfitsAreRefused("parquet", input);
  }

  private static byte[] csv(int from, int to) {
    StringBuilder rows = new StringBuilder("id,\"amount\",card.age,text\n");
    for (int i = from; i < to; i++) {
      rows.append("%d,%s,%s,\"a,\nb\"\n".formatted(i, inputs(i)[0], i % 2 == 0 ? "" : "2"));
    }
    return rows.toString().getBytes(UTF_8);
  }

  @Test
  void replay_csv_isScoredAndMisfitsAreRefused() throws Exception {
    Path input = Files.createDirectories(folder.resolve("csv"));
    Files.write(input.resolve("a.csv"), csv(0, RECORDS));
    Path output = folder.resolve("csv-scored");

    assertScored(replay("csv", input, output, FEATURES), output);

    Files.writeString(input.resolve("b.csv"), "id,amount\n1,2\n1,x\n");
    CommandLineRun run =
        replay("csv", input.resolve("b.csv"), output, append(FEATURES, "--overwrite"));
    assertThat(run.out()).contains("in=2 out=1 dead=1");
    JsonNode dead = lines(output.resolve("_dead-letters")).get(0);
    assertThat(dead.get("reason").asText()).isEqualTo("WRONG_TYPE");
    assertThat(dead.get("message").asText()).contains("line 3, column 'amount'");
    assertThat(dead.get("value").asText()).isEqualTo("1,x");
    assertThat(dead.at("/source/path").asText()).endsWith("b.csv");
    CommandLineRun refused = replay("csv", input.resolve("b.csv"), folder.resolve("none"));
    assertThat(refused.err())
        .contains("b.csv", "column 'x': a cell cannot be float32[2]")
        .hasLineCount(1);
  }

  @Test
  void replay_featuresThatDoNotFillTheirInput_areRefusedBeforeTheFilesAreOpened() throws Exception {
    Path input = Files.writeString(folder.resolve("unread"), "neither\nof\nthese\n");
    Path output = folder.resolve("unfilled");
    for (String format : List.of("json", "tfrecord", "csv", "avro", "parquet", "topic")) {
      CommandLineRun run =
          replay(
              format,
              input,
              output,
              "-Dfeatures.input=x",
              "-Dfeatures.fields=[{name: a}, {name: b, dtype: string}, {name: c, dtype: string}]");

      run.assertFailed(
          2,
          "features.fields: input 'x': float32[2]: cannot be filled with a vector of 3 features",
          "features.fields: field 'b' of string cannot be an element of float32",
          "features.fields: field 'c' of string cannot be an element of float32");
      replay(format, input, output, "-Dfeatures.input=z", "-Dfeatures.fields=[{name: a}]")
          .assertFailed(2, "features.input is 'z', which is no input: expected one of [x]");
      assertThat(output).doesNotExist();
      assertThat(folder.resolve("_unfilled.part")).doesNotExist();
    }
  }

  private static byte[] json(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append("{\"x\":[%s,%s]}\n".formatted(inputs(i)[0], inputs(i)[1]));
    }
    return lines.toString().getBytes(UTF_8);
  }

  private static byte[] file(String format, int from, int to) {
    return switch (format) {
      case "json" -> json(from, to);
      case "csv" -> csv(from, to);
      case "tfrecord" -> examples(from, to);
      case "raw" -> raw(from, to);
      default -> throw new IllegalArgumentException(format);
    };
  }

  private static byte[] gzip(byte[] file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(file);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "csv", "tfrecord", "raw"})
  void replay_compressedFiles_givesTheRecordsOfThoseThatAreNot(String format) throws Exception {
    byte[] first = file(format, 0, RECORDS / 2);
    byte[] second = file(format, RECORDS / 2, RECORDS);
    Path plain = Files.createDirectories(folder.resolve("plain-" + format));
    Files.write(plain.resolve("a"), first);
    Files.write(plain.resolve("b"), second);
    Path packed = Files.createDirectories(folder.resolve("packed-" + format));
    Files.write(packed.resolve("a.gz"), gzip(first));
    Files.write(packed.resolve("b.zst"), Zstd.compress(second));
    String[] options = format.equals("csv") ? FEATURES : new String[0];
    Path ofPlain = folder.resolve("of-plain-" + format);
    Path ofPacked = folder.resolve("of-packed-" + format);

    assertScored(replay(format, plain, ofPlain, options), ofPlain);
    assertScored(replay(format, packed, ofPacked, options), ofPacked);

    for (String name : List.of("a", "b")) {
      assertThat(lines(ofPacked, name)).hasSize(RECORDS / 2).isEqualTo(lines(ofPlain, name));
    }
    // Each is one split, and has one file of predictions.
    try (Stream<Path> files = Files.list(ofPacked)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("a.gz.0.jsonl", "b.zst.0.jsonl", "_SUCCESS");
    }
  }

  /** What was made of the file of that name, whatever its compression, in its order. */
  private static List<String> lines(Path output, String name) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> paths = Files.list(output)) {
      for (Path path :
          paths
              .filter(it -> it.getFileName().toString().startsWith(name + "."))
              .sorted(Comparator.comparingInt(ReplayFormatsITCase::piece))
              .toList()) {
        lines.addAll(Files.readAllLines(path));
      }
    }
    return lines;
  }

  private static int piece(Path file) {
    return Integer.parseInt(file.toString().replaceFirst(".*\\.([0-9]+)\\.jsonl", "$1"));
  }

  private static String[] append(String[] options, String more) {
    String[] all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = more;
    return all;
  }
}
