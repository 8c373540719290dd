package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.tensorflow.TensorFlowEngine;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Golden rows of every element type, against a model that gives its inputs back. */
class GoldenRowsITCase {
  @TempDir private static Path directory;
  private static ModelFiles files;
  private static Model model;

  @BeforeAll
  static void load() throws Exception {
    SavedModels.identity(directory);
    Files.createDirectories(directory.resolve("assets.extra"));
    files = new ModelFiles(directory, "sha256:" + "0".repeat(64), 0, () -> {});
    model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT.withSignatureKey("float32"));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static void check(String type, String json) throws Exception {
    Files.writeString(
        directory.resolve("assets.extra/golden.json"),
        json.replace('\'', '"').replace("TYPE", type));
    GoldenRows.check(files, model, new BatchOptions(model.signature(type), true, 2, true));
  }

  private static String json(String inputs, String outputs) {
    return "{'signature_name': 'TYPE', 'inputs': {'x': %s}, 'outputs': {'y': %s}, 'tolerance':"
            .formatted(inputs, outputs)
        + " {'absolute': 0, 'relative': 0}}";
  }

  private static void assertSame(String type, String values) throws Exception {
    check(type, json(values, values));
  }

  private static void assertDiffers(String type, String inputs, String outputs, String... message) {
    assertThatThrownBy(() -> check(type, json(inputs, outputs)))
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> assertThat(e.reason()).isEqualTo(ModelReason.GOLDEN_MISMATCH))
        .hasMessageContainingAll(message);
  }

  @Test
  void check_valuesOfEveryType_areTheSameOrNamed() throws Exception {
    // Three rows, for batches of two.
    assertSame("float32", "[[0.1, -0.0], ['NaN', 'Infinity'], [3e38, '-Infinity']]");
    assertSame("float64", "[[0.1, 'NaN'], [1e-320, 'Infinity'], [1, 2]]");
    assertSame("float16", "[[0.5, 'NaN'], [65504, 2], [1, 2]]");
    assertSame("complex64", "[[[0.1, 2], ['NaN', 0]], [[1, 1], [2, 2]], [[0, 0], [0, 0]]]");
    assertSame("int64", "[[9223372036854775807, -9223372036854775808], [0, 1], [2, 3]]");
    assertSame("uint64", "[[18446744073709551615, 0], [0, 1], [2, 3]]");
    assertSame("int8", "[[-128, 127], [0, 1], [2, 3]]");
    assertSame("bool", "[[true, false], [false, false], [true, true]]");
    assertSame("string", "[['a', {'b64': '/w=='}], ['', '\u00e4'], ['b', 'c']]");

    assertDiffers(
        "int64",
        "[[1, 2], [3, 4], [5, 6]]",
        "[[1, 2], [3, 4], [5, 7]]",
        "1 value(s) of 3 row(s)",
        "row 2, output 'y'[1]: expected 7, got 6");
    assertDiffers("bool", "[[true, false]]", "[[true, true]]", "'y'[1]: expected true, got false");
    assertDiffers("string", "[['a', 'b']]", "[['a', 'c']]", "expected \"c\", got \"b\"");
    assertDiffers("float32", "[['NaN', 1]]", "[[1, 1]]", "expected 1, got NaN");
    assertDiffers("float32", "[[1, 3e38]]", "[[1, 'Infinity']]", "expected \"Infinity\"");
    assertDiffers("uint64", "[[1, 2]]", "[[1, -2]]", "'y'[1]: expected an integer in its range");
  }

  @Test
  void check_shapeOrNameOrType_isNamed() {
    assertDiffers("int8", "[[1, 2]]", "[[1, 2, 3]]", "expected a list of 3", "got the shape [2]");
    assertDiffers("int8", "[[1, 2]]", "[1]", "expected a single value", "got the shape [2]");
    assertDiffers("int8", "[[1, 2]]", "[[1, 'a']]", "'y'[1]: expected an integer, got a JSON");
    assertDiffers("int8", "[[1, 200]]", "[[1, 2]]", "row 0: input 'x'", "out of range");
    assertDiffers("int8", "[[1]]", "[[1, 2]]", "row 0: input 'x': expected a list of 2", "of 1");
    assertDiffers("int8", "[[1, 2], [3, 4]]", "[[1, 2]]", "'y' has 1 rows: expected 2");
    assertThatThrownBy(
            () ->
                check(
                    "int8",
                    "{'signature_name': 'TYPE', 'inputs': {'z': [[1, 2]]}, 'outputs': {'w':"
                        + " [[1, 2]]}}"))
        .hasMessageContaining("'z'");
    assertThatThrownBy(
            () ->
                check(
                    "int8",
                    "{'signature_name': 'TYPE', 'instances': [[1, 2]], 'outputs': {'w': [[1,"
                        + " 2]]}}"))
        .hasMessageContaining("output 'w': there is none of this name, only [y]");
  }

  @Test
  void check_otherSignature_isNotChecked_butOneThatDoesNotExistIsRefused() throws Exception {
    check("int8", "{'signature_name': 'bool', 'inputs': {}, 'outputs': {'y': [1]}}");
    assertThatThrownBy(
            () -> check("int8", "{'signature_name': 'nope', 'inputs': {}, 'outputs': {'y': [1]}}"))
        .hasMessageContaining("signature_name is 'nope': expected one of [all, ");
    assertThatThrownBy(() -> check("int8", "{'inputs': {}, 'outputs': {'y': [1]}}"))
        .hasMessageContaining("no signature_name: expected one of [all, ");
  }
}
