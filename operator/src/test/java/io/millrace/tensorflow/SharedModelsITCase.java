package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/**
 * Other people's models answer what TensorFlow answers in Python. Skipped where the folder of
 * {@code -Dmillrace.models} is absent.
 */
class SharedModelsITCase {
  private static final Path MODELS =
      Path.of(System.getProperty("millrace.models", "../../shared/models"));

  private static int casesRun;

  @BeforeAll
  static void folderIsThere() {
    assumeTrue(Files.isDirectory(MODELS), MODELS + " is absent");
  }

  @AfterAll
  static void printCases() {
    System.out.println("shared SavedModel cases run through the engine: " + casesRun);
  }

  /** One case of an {@code expected.json}. */
  private record Case(
      Path model,
      String signature,
      Map<String, ExpectedTensor> inputs,
      Map<String, ExpectedTensor> outputs,
      double tolerance) {}

  @TestFactory
  Stream<DynamicTest> expectedOutputs() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.walk(MODELS.resolve("savedmodel"))) {
      for (Path file : files.filter(it -> it.endsWith("expected.json")).sorted().toList()) {
        int number = 0;
        for (Case expected : cases(file)) {
          String name = MODELS.relativize(expected.model()) + " " + expected.signature();
          tests.add(DynamicTest.dynamicTest(name + " #" + number++, () -> verify(expected)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(80);
    return tests.stream();
  }

  private static List<Case> cases(Path file) throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    List<Case> cases = new ArrayList<>();
    for (JsonNode model : json.get("models")) {
      for (JsonNode it : json.get("cases")) {
        cases.add(
            new Case(
                file.resolveSibling(model.asText()).normalize(),
                it.get("signature").asText(),
                tensors(it.get("inputs")),
                tensors(it.get("outputs")),
                json.get("tolerance").asDouble()));
      }
    }
    return cases;
  }

  private static Map<String, ExpectedTensor> tensors(JsonNode json) {
    Map<String, ExpectedTensor> tensors = new TreeMap<>();
    json.fields()
        .forEachRemaining(it -> tensors.put(it.getKey(), ExpectedTensor.of(it.getValue())));
    return tensors;
  }

  private static void verify(Case expected) throws Exception {
    try (Model model = Loaded.model(expected.model())) {
      Signature signature = model.signature(expected.signature());
      verifyWhole(expected, model, signature);
      if (signature.hasBatchDimension()) {
        verifyRows(expected, model, signature, true);
        verifyRows(expected, model, signature, false);
      }
    }
    try (Model model = Loaded.fromMemory(expected.model())) {
      verifyWhole(expected, model, model.signature(expected.signature()));
    }
    casesRun++;
  }

  private static void verifyWhole(Case expected, Model model, Signature signature)
      throws Exception {
    Map<String, Shape> shapes =
        expected.inputs().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, it -> it.getValue().shape()));
    Signature narrowed = signature.withInputShapes(shapes);
    FeatureWriter<Case> writer =
        (it, row) ->
            it.inputs()
                .forEach((name, x) -> x.write(row.input(name), 0, (int) x.shape().elements()));
    try (Batch batch = model.newBatch(new BatchOptions(narrowed, false, 1, false))) {
      batch.append(expected, writer);
      batch.run(0, 1);
      Prediction prediction = batch.prediction(0);
      expected
          .outputs()
          .forEach(
              (name, y) -> {
                TensorReader reader = prediction.output(name);
                assertThat(reader.shape()).isEqualTo(y.shape());
                y.verify(reader, 0, expected.tolerance());
              });
    }
  }

  private static void verifyRows(Case expected, Model model, Signature signature, boolean together)
      throws Exception {
    int rows = expected.inputs().values().iterator().next().rows();
    try (Batch batch = Loaded.batch(model, signature, rows)) {
      for (int row = 0; row < rows; row++) {
        batch.append(row, writer(expected));
        if (!together) {
          batch.run(row, row + 1);
          verifyRow(expected, batch.prediction(row), row);
        }
      }
      if (together) {
        batch.run(0, rows);
        for (int row = 0; row < rows; row++) {
          verifyRow(expected, batch.prediction(row), row);
        }
      }
    }
  }

  private static FeatureWriter<Integer> writer(Case expected) {
    return (index, row) ->
        expected
            .inputs()
            .forEach(
                (name, x) -> {
                  int count = x.elementsPerRow();
                  x.write(
                      row.input(name).shape(x.shape().withoutFirst().dimensions()),
                      index * count,
                      count);
                });
  }

  private static void verifyRow(Case expected, Prediction prediction, int row) {
    expected
        .outputs()
        .forEach(
            (name, y) ->
                y.verify(prediction.output(name), row * y.elementsPerRow(), expected.tolerance()));
  }

  @Test
  void sparseInputs_areFedByTheirParts() throws Exception {
    try (Model model = Loaded.model(MODELS.resolve("savedmodel/taxi-transform-fn"))) {
      Signature signature = model.signature("transform_signature");
      assertThat(signature.inputNames()).contains("fare/values", "fare/indices");
      assertThat(signature.hasBatchDimension()).isFalse();
      try (Batch batch = Loaded.batch(model, signature, 1)) {
        batch.append(1, SharedModelsITCase::emptySparseTensors);
        batch.run(0, 1);
        assertThat(batch.prediction(0).output("fare_xf").shape()).hasToString("[1, 1]");
      }
    }
  }

  private static void emptySparseTensors(int rows, Row row) {
    for (String input : row.signature().inputNames()) {
      if (input.endsWith("/dense_shape")) {
        row.input(input).put((long) rows).put(1L);
      } else {
        row.input(input).shape(input.endsWith("/indices") ? new long[] {0, 2} : new long[] {0});
      }
    }
  }

  @Test
  void oneTensorUnderSeveralNames_isRefused() throws Exception {
    try (Model model = Loaded.model(MODELS.resolve("savedmodel/dtypes-identity"))) {
      Signature signature = model.signature(null);
      assertThat(signature.inputs()).hasSize(11);
      assertThat(assertRefused(() -> Loaded.batch(model, signature, 2).close()))
          .hasMessageContaining("are the same tensor");
    }
  }

  @Test
  void customOps_areNamed() {
    ModelException refusal = Loaded.refusal(MODELS.resolve("negative/custom-op-forest"));
    assertThat(refusal.reason()).isEqualTo(ModelReason.OP_REFUSED);
    assertThat(refusal).hasMessageContaining("SimpleMLCreateModelResource");
  }

  @Test
  void oldSessionBundle_isNamed() {
    ModelException refusal = Loaded.refusal(MODELS.resolve("negative/bad-half-plus-two/00000123"));
    assertThat(refusal.reason()).isEqualTo(ModelReason.NOT_FOUND);
    assertThat(refusal).hasMessageContaining("session bundle");
  }

  @Test
  void modelWithoutContent_isRefused() {
    ModelException refusal = Loaded.refusal(MODELS.resolve("negative/tiny-savedmodel"));
    assertThat(refusal.reason()).isEqualTo(ModelReason.LOAD_FAILED);
    assertThat(refusal).hasMessageContaining("NodeDef missing attrs");
  }

  private static ModelException assertRefused(Executable call) {
    return assertThrows(ModelException.class, call);
  }
}
