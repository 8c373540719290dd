package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code model run} with every shared SavedModel whose answers are known. */
class ModelRunITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;

  @TestFactory
  List<DynamicTest> sharedModels_everyCase_answersAsExpected() throws IOException {
    assumeTrue(SharedModels.areHere(), "no shared models");
    List<DynamicTest> tests = new ArrayList<>();
    int columns = 0;
    int rows = 0;
    for (SharedModels.Case known : SharedModels.cases()) {
      columns++;
      tests.add(
          DynamicTest.dynamicTest(known.name() + " inputs", () -> check(known, columns(known))));
      ObjectNode instances = rows(known);
      if (instances != null) {
        rows++;
        tests.add(
            DynamicTest.dynamicTest(known.name() + " instances", () -> check(known, instances)));
      }
    }
    System.out.println(
        "model run: " + columns + " cases of shared SavedModels, " + rows + " also as instances");
    return tests;
  }

  private static void check(SharedModels.Case known, ObjectNode request) throws IOException {
    Path out = folder.resolve("out.json");
    Files.deleteIfExists(out);

    CommandLineRun run =
        run(known.model(), request, "--signature", known.json().get("signature").textValue());

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    JsonNode answer = JSON.readTree(out.toFile());
    assertThat(answer.properties()).hasSize(1);
    for (Map.Entry<String, JsonNode> output : known.json().get("outputs").properties()) {
      JsonNode actual = answer.get("outputs").get(output.getKey());
      assertThat(actual).as(output.getKey()).isNotNull();
      Tensors.assertMatches(actual, output.getValue(), known.tolerance(), output.getKey());
    }
  }

  private static ObjectNode columns(SharedModels.Case known) {
    ObjectNode request = JSON.createObjectNode();
    ObjectNode inputs = request.putObject("inputs");
    known
        .json()
        .get("inputs")
        .properties()
        .forEach(input -> inputs.set(input.getKey(), Tensors.nested(input.getValue())));
    return request;
  }

  /** The same request by rows, or null where the inputs have no common first dimension. */
  private static ObjectNode rows(SharedModels.Case known) {
    int count = -1;
    for (Map.Entry<String, JsonNode> input : known.json().get("inputs").properties()) {
      List<Integer> shape = Tensors.shape(input.getValue());
      if (shape.isEmpty() || (count >= 0 && shape.get(0) != count)) {
        return null;
      }
      count = shape.get(0);
    }
    ObjectNode request = JSON.createObjectNode();
    ArrayNode instances = request.putArray("instances");
    for (int i = 0; i < count; i++) {
      ObjectNode row = instances.addObject();
      for (Map.Entry<String, JsonNode> input : known.json().get("inputs").properties()) {
        row.set(input.getKey(), Tensors.nested(input.getValue()).get(i));
      }
    }
    return request;
  }

  private static CommandLineRun run(Path model, JsonNode request, String... more)
      throws IOException {
    return run(model, request.toString(), more);
  }

  private static CommandLineRun run(Path model, String request, String... more) throws IOException {
    Path in = Files.writeString(folder.resolve("in.json"), request);
    List<String> args = new ArrayList<>(List.of("model", "run", model.toString()));
    args.addAll(List.of("--input", in.toString()));
    args.addAll(List.of("--output", folder.resolve("out.json").toString()));
    args.addAll(List.of(more));
    return CommandLineRun.of(args.toArray(String[]::new));
  }

  private static void assertRefused(CommandLineRun run, int exitCode, String... parts) {
    assertThat(run.err()).contains(parts);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
  }

  private static Path shared(String path) {
    assumeTrue(SharedModels.areHere(), "no shared models");
    return SharedModels.root().resolve(path);
  }

  private static Path halfPlusTwo() {
    return shared("savedmodel/half-plus-two/00000123");
  }

  @Test
  void run_bareValuesOfTheOnlyInput_needNoName() throws IOException {
    for (String request : List.of("{'instances': [[1.0], [2]]}", "{'inputs': [[1.0], [2]]}")) {
      CommandLineRun run = run(halfPlusTwo(), request.replace('\'', '"'));

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(JSON.readTree(folder.resolve("out.json").toFile()))
          .isEqualTo(JSON.readTree("{\"outputs\": {\"y\": [[2.5], [3.0]]}}"));
    }
  }

  @Test
  void run_signatureOption_beatsTheRequests() throws IOException {
    String request = "{\"signature_name\": \"nonsense\", \"inputs\": [[1.0]]}";

    assertThat(run(halfPlusTwo(), request, "--signature", "classify_x2_to_y3").exitCode()).isZero();
    assertThat(Files.readString(folder.resolve("out.json"))).contains("scores");
    assertRefused(run(halfPlusTwo(), request), 2, "'nonsense'", "serving_default");
  }

  @Test
  void run_golden_writesTheRequestAlongByColumns() throws IOException {
    CommandLineRun run = run(halfPlusTwo(), "{\"instances\": [[1.0], [2]]}", "--golden");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(JSON.readTree(folder.resolve("out.json").toFile()))
        .isEqualTo(
            JSON.readTree(
                "{\"signature_name\": \"serving_default\", \"inputs\": {\"x\": [[1.0], [2]]},"
                    + " \"outputs\": {\"y\": [[2.5], [3.0]]},"
                    + " \"tolerance\": {\"absolute\": 1e-6, \"relative\": 1e-5}}"));
  }

  @Test
  void run_infinityAndNan_areStrings() throws IOException {
    CommandLineRun run =
        run(halfPlusTwo(), "{\"inputs\": [[\"NaN\"], [\"Infinity\"], [\"-Infinity\"]]}");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Files.readString(folder.resolve("out.json")))
        .isEqualTo("{\"outputs\":{\"y\":[[\"NaN\"],[\"Infinity\"],[\"-Infinity\"]]}}");
  }

  @Test
  void run_wrongInput_saysWhatIsExpectedAndExitsWith2() throws IOException {
    assertRefused(run(halfPlusTwo(), "{\"inputs\": {\"z\": [[1]]}}"), 2, "'z'", "[x]");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": {}}"), 2, "'x'");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": [1.0]}"), 2, "'x'");
    assertRefused(
        run(halfPlusTwo(), "{\"inputs\": [[1.0, 2.0]]}"), 2, "'x'", "float32[-1, 1]", "[1, 2]");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": [[[1.0]]]}"), 2, "'x'", "nested too deep");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": [[\"one\"]]}"), 2, "'x'", "float32", "a string");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": [[1e400]]}"), 2, "'x'", "out of the range");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": [[1], [2, 3]]}"), 2, "'x'");
  }

  @Test
  void run_wrongRequest_saysWhatIsExpectedAndExitsWith2() throws IOException {
    assertRefused(run(halfPlusTwo(), "{\"inputs\": "), 2, "not JSON", "line 1");
    assertRefused(run(halfPlusTwo(), "[]"), 2, "'instances' or 'inputs'");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": 1, \"instances\": [1]}"), 2, "either");
    assertRefused(run(halfPlusTwo(), "{\"instances\": []}"), 2, "at least one row");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": 1, \"outputs\": 2}"), 2, "'outputs'");
    assertRefused(run(halfPlusTwo(), "{\"inputs\": 1}", "--tags", "gpu"), 2, "[gpu]", "[serve]");
    Path two = shared("savedmodel/multi-output-int");
    assertRefused(run(two, "{\"inputs\": 1}"), 2, "[x, y]");
    assertRefused(
        run(two, "{\"instances\": [{\"x\": 1, \"y\": 1}, {\"x\": 1}]}"), 2, "instances[1]", "'y'");
    assertRefused(run(two, "{\"inputs\": {\"x\": 1, \"y\": 2147483648}}"), 2, "'y'", "int32");
    assertRefused(run(two, "{\"inputs\": {\"x\": 1, \"y\": 1.5}}"), 2, "'y'", "int32");
    for (String fraction : List.of("1.0", "10.0", "1.0e1", "1e1")) {
      String request = "{\"inputs\": {\"x\": 1, \"y\": " + fraction + "}}";
      assertRefused(run(two, request), 2, "'y'", "int32", "a number with a fraction");
    }
  }

  @Test
  void run_requestThatIsNotThere_exitsWith2() {
    CommandLineRun run =
        CommandLineRun.of("model", "run", halfPlusTwo().toString(), "--input", "/nowhere.json");

    assertRefused(run, 2, "/nowhere.json");
  }

  @Test
  void run_modelThatCannotBeLoaded_saysWhyAndExitsWith1() throws IOException {
    assertRefused(run(Path.of("/nowhere"), "{\"inputs\": 1}"), 1, "/nowhere", "does not exist");
    assertRefused(
        run(shared("negative/bad-half-plus-two"), "{\"inputs\": 1}"), 1, "no saved_model.pb");
    assertRefused(
        run(shared("negative/tiny-savedmodel"), "{\"inputs\": 1}"), 1, "cannot read the graph");
    assertRefused(
        run(shared("negative/custom-op-forest"), "{\"inputs\": 1}"),
        1,
        "SimpleMLCreateModelResource");
  }

  @Test
  void run_inputThatMakesTensorFlowFail_saysSoAndExitsWith1() throws IOException {
    Path parsing = shared("savedmodel/penguin-keras-serving");

    CommandLineRun run = run(parsing, "{\"inputs\": [\"not a tf.Example\"]}");

    assertRefused(run, 1, "signature 'serving_default' failed");
  }
}
