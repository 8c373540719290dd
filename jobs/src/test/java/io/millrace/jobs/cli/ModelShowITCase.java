package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code model show} with the shared SavedModels. */
class ModelShowITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @BeforeAll
  static void needSharedModels() {
    assumeTrue(SharedModels.areHere(), "no shared models");
  }

  private static JsonNode json(String model) throws IOException {
    Path path = SharedModels.root().resolve("savedmodel").resolve(model);
    CommandLineRun run = CommandLineRun.of("model", "show", "--json", path.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    return JSON.readTree(run.out());
  }

  @Test
  void show_everySharedModel_listsTheSignaturesOfItsCases() throws IOException {
    for (SharedModels.Case known : SharedModels.cases()) {
      JsonNode shown = json(known.model().toString());
      JsonNode signature = shown.get("signatures").get(known.json().get("signature").textValue());

      assertThat(signature).as(known.name()).isNotNull();
      for (String side : new String[] {"inputs", "outputs"}) {
        known
            .json()
            .get(side)
            .properties()
            .forEach(
                tensor ->
                    assertThat(signature.get(side).get(tensor.getKey()).get("dtype"))
                        .as(known.name() + " " + tensor.getKey())
                        .isEqualTo(tensor.getValue().get("dtype")));
      }
    }
  }

  @Test
  void show_baseFolder_takesItsHighestVersion() throws IOException {
    JsonNode shown = json("half-plus-two");

    assertThat(shown.get("location").textValue()).endsWith("/half-plus-two/00000123");
    assertThat(shown.get("digest").textValue()).matches("sha256:[0-9a-f]{64}");
    assertThat(shown.get("files")).hasSize(4);
    assertThat(shown.at("/native-memory/tensorflow-bytes").longValue()).isEqualTo(320L << 20);
    assertThat(shown.at("/native-memory/bytes-per-version").longValue()).isPositive();
    assertThat(shown.at("/native-memory/off-heap-size/4").textValue()).matches("32[0-9]m");
    assertThat(shown.get("tensorflow-version").textValue()).isEqualTo("1.1.0-rc2");
    assertThat(shown.at("/variables/a/dtype").textValue()).isEqualTo("float32");
    assertThat(shown.at("/ops/ParseExample").intValue()).isEqualTo(1);
    assertThat(shown.at("/signatures/regress_x_to_y/inputs/inputs/shape").isNull()).isTrue();
    assertThat(shown.at("/signatures/serving_default/inputs/x/shape")).hasToString("[-1,1]");
  }

  @Test
  void show_textForm_namesWhatAPersonLooksFor() {
    Path model = SharedModels.root().resolve("savedmodel/mlp-tf2");

    CommandLineRun run = CommandLineRun.of("model", "show", model.toString());

    assertThat(run.out())
        .contains("signature 'serving_default'", "'input_1': float32[-1, 5]", "2.2.0", "sha256:")
        .contains("VarHandleOp x")
        .containsPattern(
            "taskmanager.memory.task.off-heap.size 32[0-9]m for 1 slot, 32[0-9]m for 2");
  }

  @Test
  void show_folderWithoutModel_saysSoInOneLineAndExitsWith1() {
    CommandLineRun run = CommandLineRun.of("model", "show", "/nowhere/7");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("/nowhere/7").contains("does not exist");
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void show_verbose_addsTheTrace() {
    CommandLineRun run = CommandLineRun.of("--verbose", "model", "show", "/nowhere/7");

    assertThat(run.err().lines()).hasSizeGreaterThan(5);
  }
}
