package io.millrace.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import io.millrace.testing.models.ExampleBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  private static final TensorSpec SCORE = new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1, 1));

  @TempDir private Path folder;

  private static Signature signature(Shape shape) {
    return new Signature(
        "score", List.of(new TensorSpec("x", ElementType.FLOAT32, shape)), List.of(SCORE));
  }

  @Test
  void requireFillable_openShape_namesInputShapeAndOption() {
    assertThatThrownBy(() -> Samples.requireFillable(signature(Shape.of(-1, -1)), true))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("'x': float32[-1, -1]", "--input-shape x=[-1,3]", "--records");
    assertThatThrownBy(() -> Samples.requireFillable(signature(Shape.unknownRank()), false))
        .hasMessageContainingAll("'x': float32 of unknown rank", "--input-shape x=[-1,3]");
  }

  @Test
  void requireFillable_statedShapeOrRecords_passes() throws ConfigurationException {
    Signature stated = signature(Shape.of(-1, -1)).withInputShapes(Map.of("x", Shape.of(-1, 3)));

    Samples.requireFillable(stated, true);
    Samples.requireFillable(signature(Shape.of(-1, -1)), false);

    assertThat(Samples.rowBytes(stated)).isEqualTo(12);
  }

  @Test
  void read_rawFileOfAnotherLength_saysWhatOneRecordTakes() throws IOException {
    Path file = Files.write(folder.resolve("records.raw"), new byte[10]);

    assertThatThrownBy(() -> Samples.read(file, Format.RAW, signature(Shape.of(-1, 3))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("10 bytes", "a raw record's 12");
  }

  @Test
  void read_tfRecordFile_countsExamplesAndRefusesADamagedOne() throws Exception {
    byte[] example = ExampleBytes.of(Map.of("x", ExampleBytes.floats(1)));
    byte[] whole = ExampleBytes.file(example, example, new byte[0]);
    Path file = folder.resolve("records.tfrecord");
    Signature signature = signature(Shape.of(-1));

    Files.write(file, whole);
    assertThat(Samples.read(file, Format.TF_EXAMPLE, signature).size()).isEqualTo(3);
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertThatThrownBy(() -> Samples.read(file, Format.TF_EXAMPLE, signature))
          .as("byte %d", at)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContainingAll(
              "records.tfrecord': record ", ", byte ", "expected a TFRecord file");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> Samples.read(file, Format.TF_EXAMPLE, signature))
        .hasMessageContaining("byte " + (whole.length - 16));
  }

  @Test
  void read_linesAndBlanks_countsRecords() throws Exception {
    Path file = Files.writeString(folder.resolve("records.jsonl"), "{\"x\": 1}\n\n{\"x\": 2}\n");
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "\n");
    Signature signature = signature(Shape.of(-1));

    assertThat(Samples.read(file, Format.JSON, signature).size()).isEqualTo(2);
    assertThatThrownBy(() -> Samples.read(empty, Format.JSON, signature))
        .hasMessageContaining("expected a JSON object a line");
  }
}
