package io.millrace.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.Manifest;
import io.millrace.model.ModelVersion;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestJsonTest {
  private static final String A = "a".repeat(64);
  private static final String D = "sha256:" + "d".repeat(64);

  private static final Manifest MANIFEST =
      new Manifest(
          new ModelVersion("fraud", 7, D),
          List.of(
              new Manifest.File("saved_model.pb", 12_345_678_901L, A),
              new Manifest.File("assets/ä b.txt", 0, A)),
          "2.15.0",
          List.of(
              new Signature(
                  "serving_default",
                  List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 3))),
                  List.of(
                      new TensorSpec("scalar", ElementType.INT64, Shape.scalar()),
                      new TensorSpec("y", ElementType.STRING, Shape.unknownRank())))));

  /** As the format is fixed, to the letter. */
  private static final String JSON =
      """
      {"format": 1, "model": "fraud", "version": 7,
       "files": [
         {"path": "assets/ä b.txt", "size": 0, "sha256": "%1$s"},
         {"path": "saved_model.pb", "size": 12345678901, "sha256": "%1$s"}],
       "digest": "%2$s", "tensorflow-version": "2.15.0",
       "signatures": {"serving_default": {
         "inputs": {"x": {"dtype": "float32", "shape": [-1, 3]}},
         "outputs": {"scalar": {"dtype": "int64", "shape": []},
                     "y": {"dtype": "string", "shape": null}}}}}
      """
          .formatted(A, D);

  @Test
  void write_isTheFormatToTheLetter() throws Exception {
    ObjectMapper mapper = new ObjectMapper();

    // As texts, so that the order of the fields counts.
    assertThat(mapper.readTree(ManifestJson.write(MANIFEST)).toString())
        .isEqualTo(mapper.readTree(JSON).toString());
  }

  @Test
  void read_whatWasWritten_isTheSame() {
    assertThat(ManifestJson.read(JSON.getBytes(UTF_8))).isEqualTo(MANIFEST);
    assertThat(ManifestJson.read(ManifestJson.write(MANIFEST))).isEqualTo(MANIFEST);
  }

  @Test
  void read_unknownFields_areIgnored() {
    String more =
        JSON.replace("\"format\": 1,", "\"format\": 1, \"more\": {},")
            .replace("\"size\": 0,", "\"size\": 0, \"mode\": \"0644\",");

    assertThat(ManifestJson.read(more.getBytes(UTF_8))).isEqualTo(MANIFEST);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "\"format\": 1            | \"format\": 2         | format 2: expected 1",
        "\"format\": 1,           | ``                    | field 'format': expected an integer",
        "\"version\": 7           | \"version\": \"7\"    | field 'version': expected an integer",
        "\"version\": 7           | \"version\": -7       | version -7",
        "\"version\": 7           | \"version\": 7.5      | field 'version': expected an integer",
        "\"model\": \"fraud\"     | \"model\": \"a/b\"    | model 'a/b': expected 1 to 200 letters",
        "\"model\": \"fraud\"     | \"model\": null       | field 'model': expected a string",
        "\"model\": \"fraud\"     | \"format\": 1         | not JSON at line 1",
        "\"files\": [             | \"files\": [7,        | in files[0]: field 'path'",
        "\"size\": 12345678901    | \"size\": -1          | in files[1]: size -1 of 'saved_model.pb'",
        "saved_model.pb           | ../saved_model.pb     | in files[1]: path '../saved_model.pb'",
        "saved_model.pb           | assets/ä b.txt        | 'assets/ä b.txt' is listed twice",
        "[-1, 3]                  | [-2, 3]               | in signatures.serving_default: dimension",
        "[-1, 3]                  | 3                     | field 'inputs.x.shape': expected a list",
        "\"shape\": null          | \"shap\": null        | field 'outputs.y.shape': expected a list",
        "float32                  | float33               | unknown dtype 'float33': expected one of",
        "\"inputs\"               | \"in\"                | field 'inputs': expected an object",
        "\"signatures\": {        | \"s\": {              | field 'signatures': expected an object",
      })
  void read_wrongField_isNamed(String part, String instead, String message) {
    String json = JSON.replace(part, instead);

    assertThat(json).isNotEqualTo(JSON);
    assertThatThrownBy(() -> ManifestJson.read(json.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_cutAnywhere_isRefused() {
    byte[] whole = JSON.strip().getBytes(UTF_8);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ManifestJson.read(cut))
          .as("the first %d bytes", length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not ");
    }
  }
}
