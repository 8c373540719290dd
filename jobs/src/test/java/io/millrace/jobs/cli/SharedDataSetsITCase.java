package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.testing.models.ExampleBytes;
import io.millrace.testing.models.ExampleBytes.Values;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code replay} of other people's data through other people's models: every record answers what
 * {@code model run} answers for it. Skipped where the folder of {@code -Dmillrace.models} is
 * absent.
 *
 * <p>No data set has both a form that replay reads and the names of a model's inputs, so each is
 * written anew beside the test, its values as they are. The key points of hands are left out: only
 * Keras files take them.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SharedDataSetsITCase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SIDE = 28;
  private static final List<String> MEASURES =
      List.of("sepal_length", "sepal_width", "petal_length", "petal_width");

  @TempDir private static Path folder;
  private static int setsRun;
  private static int recordsRun;

  @BeforeAll
  static void folderIsThere() {
    assumeTrue(SharedModels.areHere(), "no shared models");
  }

  @AfterAll
  static void printCounts() {
    System.out.println("shared data sets replayed: " + setsRun + ", records: " + recordsRun);
  }

  /** A model, and the bound of its {@code expected.json}. */
  private record Target(String path, String signature, double tolerance) {
    Path model() {
      return SharedModels.root().resolve("savedmodel").resolve(path);
    }
  }

  private static CommandLineRun replay(
      Target target, String format, Path input, Path output, String... more) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("replay.yaml"),
            """
            job: {parallelism: 2}
            input: {paths: "%s", format: %s}
            output: {path: "%s", overwrite: true}
            model: {name: m, uri: "%s", version: 1, signature-key: %s, stable-for: 1 ms}
            """
                .formatted(input, format, output, target.model(), target.signature()));
    List<String> line = new ArrayList<>(List.of("replay", "--config", config.toString()));
    line.addAll(Arrays.asList(more));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  private static List<JsonNode> lines(Path output) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (Stream<Path> paths = Files.list(output)) {
      for (Path path : paths.filter(it -> it.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(path)) {
          lines.add(JSON.readTree(line));
        }
      }
    }
    return lines;
  }

  /** Replays the file and compares, row by row, with one request of all the rows. */
  private static List<JsonNode> replayed(
      Target target, String format, Path input, ArrayNode instances, String... more)
      throws IOException {
    Path output = folder.resolve("scored");
    CommandLineRun run = replay(target, format, input, output, more);
    int count = instances.size();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("in=" + count + " out=" + count + " dead=0 versions=1:" + count);
    List<JsonNode> lines = lines(output);
    assertThat(lines).hasSize(count);
    JsonNode direct = direct(target, instances);
    for (int row = 0; row < count; row++) {
      JsonNode predictions = lines.get(row).get("predictions");
      assertThat(predictions).hasSameSizeAs(direct);
      for (Map.Entry<String, JsonNode> answer : direct.properties()) {
        String where = "row " + row + ", " + answer.getKey();
        JsonNode expected = answer.getValue().get(row);
        assertClose(predictions.get(answer.getKey()), expected, target.tolerance(), where);
      }
    }
    setsRun++;
    recordsRun += count;
    return lines;
  }

  private static JsonNode direct(Target target, ArrayNode instances) throws IOException {
    Path request = folder.resolve("request.json");
    JSON.writeValue(request.toFile(), Map.of("instances", instances));
    Path answer = folder.resolve("answer.json");
    CommandLineRun run =
        CommandLineRun.of(
            "model",
            "run",
            target.model().toString(),
            "--signature",
            target.signature(),
            "--input",
            request.toString(),
            "--output",
            answer.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    return JSON.readTree(answer.toFile()).get("outputs");
  }

  private static void assertClose(JsonNode actual, JsonNode expected, double bound, String where) {
    if (expected.isArray()) {
      assertThat(actual).as(where).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertClose(actual.get(i), expected.get(i), bound, where + "[" + i + "]");
      }
    } else if (expected.isFloatingPointNumber()) {
      double value = expected.doubleValue();
      assertThat(actual.doubleValue())
          .as(where)
          .isCloseTo(value, within(bound * Math.max(1, Math.abs(value))));
    } else {
      assertThat(actual).as(where).isEqualTo(expected);
    }
  }

  private static int largest(JsonNode values) {
    return IntStream.range(0, values.size())
        .reduce(0, (a, b) -> values.get(b).doubleValue() > values.get(a).doubleValue() ? b : a);
  }

  /** No label is that of half of the records, so that one answer for all would not do. */
  private static void assertMostAgree(String data, List<Integer> answers, List<Integer> labels) {
    long right =
        IntStream.range(0, labels.size()).filter(i -> answers.get(i).equals(labels.get(i))).count();
    System.out.println(data + ": " + right + " of " + labels.size() + " as labelled");
    assertThat(right).as(data).isGreaterThan(labels.size() / 2);
  }

  @Test
  void wineQuality_asCsv_isScoredAsRowsAre() throws Exception {
    List<String> rows =
        Files.readAllLines(SharedModels.root().resolve("datasets/winequality-red.csv"));
    List<String> columns = IntStream.range(0, 11).mapToObj(i -> "f" + i).toList();
    StringBuilder csv = new StringBuilder(String.join(",", columns)).append(",quality\n");
    ArrayNode instances = JSON.createArrayNode();
    List<Integer> labels = new ArrayList<>();
    for (String row : rows) {
      csv.append(row.replace(';', ',')).append('\n');
      String[] cells = row.split(";");
      ArrayNode instance = instances.addArray();
      Arrays.stream(cells).limit(11).forEach(cell -> instance.add(Float.parseFloat(cell)));
      labels.add(Integer.valueOf(cells[11]));
    }
    Path input = Files.writeString(folder.resolve("wine.csv"), csv);
    String fields =
        columns.stream().map(it -> "{name: " + it + "}").collect(Collectors.joining(", "));

    List<JsonNode> lines =
        replayed(
            new Target("wine-quality/1", "predict", 1e-6),
            "csv",
            input,
            instances,
            "-Dfeatures.input=inputs",
            "-Dfeatures.fields=[" + fields + "]",
            "-Doutput.fields=[quality]");

    assertThat(lines).extracting(it -> it.at("/fields/quality").asInt()).isEqualTo(labels);
    assertMostAgree(
        "wine", lines.stream().map(it -> largest(it.at("/predictions/outputs"))).toList(), labels);
  }

  @Test
  void iris_asExamples_isClassified() throws Exception {
    List<String> rows = Files.readAllLines(SharedModels.root().resolve("datasets/iris.csv"));
    List<byte[]> records = new ArrayList<>();
    ArrayNode instances = JSON.createArrayNode();
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",");
      byte[] record =
          ExampleBytes.of(
              IntStream.range(0, 4)
                  .boxed()
                  .collect(
                      Collectors.toMap(
                          MEASURES::get, i -> ExampleBytes.floats(Float.parseFloat(cells[i])))));
      records.add(record);
      instances.addObject().put("b64", record);
    }
    Path input =
        Files.write(
            folder.resolve("iris.tfrecord"), ExampleBytes.file(records.toArray(byte[][]::new)));

    // Not held against the labels: this model knows one class for all, by its expected.json too.
    replayed(new Target("iris-estimator", "serving_default", 1e-5), "tfrecord", input, instances);
  }

  /** The records of a TFRecord file, by its format alone. */
  private static List<Map<String, Values>> examples(Path file) throws IOException {
    List<Map<String, Values>> examples = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      byte[] record = new byte[(int) bytes.getLong()];
      bytes.getInt();
      bytes.get(record).getInt();
      examples.add(ExampleBytes.parse(record));
    }
    return examples;
  }

  @Test
  void digits_asExamples_areScoredAsRowsAre() throws Exception {
    List<Integer> labels = new ArrayList<>();
    List<JsonNode> lines =
        replayDigits(
            new Target("mnist-softmax-pbtxt", "serving_default", 1e-4), "x", false, labels);
    assertMostAgree(
        "digits", lines.stream().map(it -> largest(it.at("/predictions/y"))).toList(), labels);
  }

  /** 784 floats of an example are the input's 28 x 28 x 1. This model was hardly trained. */
  @Test
  void digits_asExamplesOfImages_areScoredAsRowsAre() throws Exception {
    List<JsonNode> lines =
        replayDigits(
            new Target("keras-image-mlp", "serving_default", 1e-6),
            "input_1",
            true,
            new ArrayList<>());
    assertThat(lines.stream().map(it -> largest(it.at("/predictions/softmax"))).distinct())
        .as("answers")
        .hasSizeGreaterThan(1);
  }

  private static List<JsonNode> replayDigits(
      Target target, String input, boolean image, List<Integer> labels) throws IOException {
    List<byte[]> records = new ArrayList<>();
    ArrayNode instances = JSON.createArrayNode();
    for (Map<String, Values> example :
        examples(SharedModels.root().resolve("datasets/mnist.tfrecord"))) {
      Values pixels = example.get("image_floats");
      records.add(ExampleBytes.of(Map.of(input, pixels)));
      ArrayNode instance = instances.addArray();
      for (int i = 0; i < SIDE * SIDE; i++) {
        float pixel = ((Double) pixels.values().get(i)).floatValue();
        if (image) {
          ArrayNode row = i % SIDE == 0 ? instance.addArray() : (ArrayNode) instance.get(i / SIDE);
          row.addArray().add(pixel);
        } else {
          instance.add(pixel);
        }
      }
      labels.add(((Long) example.get("image_class").values().get(0)).intValue());
    }
    Path file =
        Files.write(
            folder.resolve("digits.tfrecord"), ExampleBytes.file(records.toArray(byte[][]::new)));

    return replayed(target, "tfrecord", file, instances);
  }

  @Test
  void digits_asTheyAre_areDeadLettersEachForTheName() throws Exception {
    Target target = new Target("mnist-softmax-pbtxt", "serving_default", 1e-4);
    Path output = folder.resolve("misfits");

    CommandLineRun run =
        replay(target, "tfrecord", SharedModels.root().resolve("datasets/mnist.tfrecord"), output);

    assertThat(run.out()).contains("in=1000 out=0 dead=1000");
    assertThat(lines(output.resolve("_dead-letters")))
        .hasSize(1000)
        .allSatisfy(
            dead -> {
              assertThat(dead.get("reason").asText()).isEqualTo("MISSING_FIELD");
              assertThat(dead.get("message").asText()).contains("'x'");
            });
  }
}
