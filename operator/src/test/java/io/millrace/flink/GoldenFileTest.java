package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.HeapShare;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenFileTest {
  private static final TensorSpec X = new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 2));
  private static final TensorSpec Z = new TensorSpec("z", ElementType.INT64, Shape.of(-1));
  private static final Signature ONE = signature(X);
  private static final Signature TWO = signature(X, Z);

  private static Signature signature(TensorSpec... inputs) {
    return new Signature(
        "serving_default",
        List.of(inputs),
        List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1))));
  }

  private static GoldenFile parse(String json) throws IOException {
    return parse(json, Long.MAX_VALUE);
  }

  private static GoldenFile parse(String json, long heap) throws IOException {
    return GoldenFile.parse(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), HeapShare.of(heap));
  }

  private static String rows(Signature signature, String json) throws IOException {
    return parse(json).rows(signature).toString().replace('"', '\'');
  }

  @Test
  void rows_columnsAndInstances_areTheSame() throws Exception {
    String expected =
        "[GoldenRow[inputs={x=[1,2], z=5}, outputs={y=0.5}], GoldenRow[inputs={x=[3,4], z=6},"
            + " outputs={y=1}]]";
    assertThat(
            rows(
                TWO,
                "{'inputs': {'x': [[1, 2], [3, 4]], 'z': [5, 6]}, 'outputs': {'y': [0.5, 1]}}"))
        .isEqualTo(expected);
    assertThat(
            rows(
                TWO,
                "{'instances': [{'x': [1, 2], 'z': 5}, {'x': [3, 4], 'z': 6}],"
                    + " 'outputs': {'y': [0.5, 1]}}"))
        .isEqualTo(expected);
  }

  @Test
  void rows_onlyInput_needsNoName() throws Exception {
    String expected = "[GoldenRow[inputs={x=[1,2]}, outputs={y=0.5}]]";
    assertThat(rows(ONE, "{'inputs': [[1, 2]], 'outputs': {'y': [0.5]}}")).isEqualTo(expected);
    assertThat(rows(ONE, "{'instances': [[1, 2]], 'outputs': {'y': [0.5]}}")).isEqualTo(expected);
  }

  @Test
  void rows_signatureWithoutABatchDimension_areOneCall() throws Exception {
    Signature whole =
        new Signature(
            "f",
            List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.of(2))),
            List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.scalar())));
    assertThat(rows(whole, "{'inputs': {'x': [1, 2]}, 'outputs': {'y': 3}}"))
        .isEqualTo("[GoldenRow[inputs={x=[1,2]}, outputs={y=3}]]");
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> parse(json).rows(TWO)).hasMessageContaining(message);
  }

  @Test
  void parse_whatIsNoGoldenFile_saysWhy() {
    assertRefused("{'inputs': ", "not JSON at line 1, column ");
    assertRefused("[]", "expected an object of signature_name");
    assertRefused("{'inputs': {}, 'instances': [1], 'outputs': {'y': [1]}}", "either 'instances'");
    assertRefused("{'instances': [], 'outputs': {'y': [1]}}", "at least one row");
    assertRefused("{'inputs': {}, 'outputs': {}}", "at least one output");
    assertRefused("{'inputs': {}, 'outputs': {'y': [1]}, 'tolerance': 3}", "tolerance: expected");
    assertRefused(
        "{'inputs': {}, 'outputs': {'y': [1]}, 'tolerance': {'relative': -1}}",
        "tolerance.relative is -1: expected a number >= 0");
    assertRefused("{'inputs': [1], 'outputs': {'y': [1]}}", "for the inputs [x, z]");
    assertRefused(
        "{'inputs': {'x': [[1, 2]], 'z': [1, 2]}, 'outputs': {'y': [1]}}",
        "'z' has 2 rows: expected 1");
    assertRefused(
        "{'instances': [{'x': [1, 2], 'z': 5}, {'x': [3, 4]}], 'outputs': {'y': [1]}}",
        "instances[1] has [x]: expected [x, z]");
  }

  @Test
  void rows_moreThanAnyVersionNeeds_areRefused() throws Exception {
    String ones = "1" + ",1".repeat(65_535);
    assertThat(parse("{'inputs': [" + ones + "], 'outputs': {'y': [" + ones + "]}}").rows(ONE))
        .hasSize(65_536);
    assertRefused(
        "{'inputs': {'x': [1], 'z': [1]}, 'outputs': {'y': [" + ones + ",1]}}",
        "'y' has 65537 rows: expected 1");
    assertRefused(
        "{'inputs': {'x': [" + ones + ",1], 'z': [1]}, 'outputs': {'y': [1]}}",
        "'x' has 65537 rows: expected at most 65536");
    assertRefused(
        "{'instances': [" + ones + ",1], 'outputs': {'y': [1]}}",
        "instances has 65537 rows: expected at most 65536");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1,", "[],", "{},", "'a',", "{'a':{}},"})
  void parse_treeThatWouldFillTheHeap_isRefusedBeforeItIsMade(String part) throws Exception {
    String json = "{'instances': [" + part.repeat(10_000) + "1], 'outputs': {'y': [1]}}";
    assertThat(parse(json, 1 << 25)).isNotNull();
    assertThatThrownBy(() -> parse(json, 1 << 21))
        .hasMessageContaining("once it is read: expected at most 524288");
  }

  @Test
  void admits_nanAndInfinities_areOnlyThemselves() {
    GoldenTolerance wide = new GoldenTolerance(1e300, 1e300);
    double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (double expected : special) {
      for (double actual : special) {
        assertThat(wide.admits(expected, actual)).isEqualTo(Double.compare(expected, actual) == 0);
      }
      assertThat(wide.admits(expected, 1)).isFalse();
      assertThat(wide.admits(1, expected)).isFalse();
    }
  }

  @Test
  void admits_finiteValues_addsBothTolerances() {
    assertThat(new GoldenTolerance(0, 0).admits(0.0, -0.0)).isTrue();
    assertThat(new GoldenTolerance(0.5, 0.25).admits(2, 3)).isTrue();
    assertThat(new GoldenTolerance(0.5, 0.25).admits(2, 3.01)).isFalse();
    assertThat(new GoldenTolerance(0.5, 0.25).admits(-2, -1)).isTrue();
  }
}
