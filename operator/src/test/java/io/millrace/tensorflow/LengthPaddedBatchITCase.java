package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.serving.Bisection;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorReader;
import io.millrace.tensor.TensorWriter;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of unlike shapes padded to the longest, on a real session. */
class LengthPaddedBatchITCase {
  private static final FeatureWriter<float[]> ANY_LENGTH =
      (values, row) -> row.input("x").shape(values.length).put(values, 0, values.length);

  @TempDir private Path directory;

  /** A row of two dimensions; its elements, in the model's memory form, follow from a seed. */
  private record Grid(long seed, int height, int width) {
    byte[] element(ElementType type, int index) {
      byte[] element = new byte[type == ElementType.STRING ? index % 40 : type.byteSize()];
      new Random(seed + index).nextBytes(element);
      if (type != ElementType.STRING && NumberFormat.hasInvalidBytes(type)) {
        for (int i = 0; i < element.length; i++) {
          element[i] &= 1;
        }
      }
      return element;
    }

    void write(ElementType type, TensorWriter x) {
      x.shape(height, width);
      for (int i = 0; i < height * width; i++) {
        byte[] element = element(type, i);
        if (type == ElementType.STRING) {
          x.put(element);
        } else {
          x.putRaw(element, 0, element.length);
        }
      }
    }

    void verify(ElementType type, TensorReader y, int outerHeight, int outerWidth, byte[] pad) {
      assertThat(y.shape()).hasToString(Arrays.toString(new int[] {outerHeight, outerWidth}));
      byte[] raw = type == ElementType.STRING ? new byte[0] : y.getRaw();
      for (int i = 0; i < outerHeight * outerWidth; i++) {
        int line = i / outerWidth;
        int column = i % outerWidth;
        byte[] expected =
            line < height && column < width ? element(type, line * width + column) : pad;
        byte[] actual =
            type == ElementType.STRING
                ? y.getBytes(i)
                : Arrays.copyOfRange(raw, i * type.byteSize(), (i + 1) * type.byteSize());
        assertThat(actual).as("[%d, %d]", line, column).isEqualTo(expected);
      }
    }
  }

  private static String padText(ElementType type) {
    return switch (type) {
      case BOOL -> "true";
      case STRING -> "a text that is too long for its slot";
      case FLOAT8_E5M2, FLOAT8_E4M3FN -> "0";
      default -> "3";
    };
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void run_anyTypeRangeAndShape_keepsElementsInTheirPlaces(ElementType type) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (Model model = Loaded.model(SavedModels.raggedIdentity(directory, 2))) {
      Signature signature = model.signature(type.toString());
      Map<String, String> values = Map.of("x", padText(type));
      byte[] pad = PadValue.of(signature.inputs().get(0), padText(type));
      BatchSizes sizes = BatchSizes.of(List.of(4, 20));
      FeatureWriter<Grid> writer = (grid, row) -> grid.write(type, row.input("x"));
      try (Batch batch = model.newBatch(new BatchOptions(signature, true, sizes, false, values))) {
        for (int round = 0; round < 20; round++) {
          int rows = 1 + random.nextInt(20);
          List<Grid> written = new ArrayList<>();
          for (int i = 0; i < rows; i++) {
            Grid grid = new Grid(random.nextLong(), random.nextInt(5), random.nextInt(5));
            assertThat(batch.append(grid, writer)).isTrue();
            written.add(grid);
          }
          int from = random.nextInt(rows);
          int to = from + 1 + random.nextInt(rows - from);
          batch.run(from, to);
          int height = 0;
          int width = 0;
          for (Grid grid : written.subList(from, to)) {
            height = Math.max(height, grid.height());
            width = Math.max(width, grid.width());
          }
          for (int i = from; i < to; i++) {
            TensorReader y = batch.prediction(i).output("y");
            written.get(i).verify(type, y, height, width, pad);
          }
          batch.clear();
        }
      }
    }
  }

  @Test
  void run_valueThatChangesNothing_equalsRowByRow() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch =
            model.newBatch(
                new BatchOptions(
                    model.signature(null), true, BatchSizes.upTo(64), false, Map.of("x", "0")))) {
      for (int round = 0; round < 50; round++) {
        float[] expected = new float[64];
        for (int i = 0; i < 64; i++) {
          float[] values = new float[random.nextInt(100)];
          for (int j = 0; j < values.length; j++) {
            values[j] = random.nextInt(100);
            expected[i] += values[j];
          }
          batch.append(values, ANY_LENGTH);
        }
        assertThat(batch.isFull()).isTrue();
        batch.run(0, 64);
        for (int i = 0; i < 64; i++) {
          assertThat(batch.prediction(i).output("sum").getFloat(0)).isEqualTo(expected[i]);
        }
        batch.clear();
      }
    }
  }

  @Test
  void bisection_oneRecordTooLongForTheModel_failsAlone() throws Exception {
    try (Model model = Loaded.model(SavedModels.ofLength(directory, 4));
        Batch batch =
            model.newBatch(
                new BatchOptions(
                    model.signature(null), true, BatchSizes.upTo(16), false, Map.of("x", "0")))) {
      for (int i = 0; i < 16; i++) {
        assertThat(batch.append(i == 5 ? new float[9] : new float[] {i, 1, 1, 1}, ANY_LENGTH))
            .isTrue();
      }
      InferenceException failure =
          assertThrows(InferenceException.class, () -> batch.run(0, batch.rows()));
      List<Integer> failed = new ArrayList<>();
      List<Float> sums = new ArrayList<>();
      Bisection.run(
          batch,
          failure,
          new Bisection.Sink() {
            @Override
            public void scored(int from, int to) {
              for (int i = from; i < to; i++) {
                sums.add(batch.prediction(i).output("sum").getFloat(0));
              }
            }

            @Override
            public void failed(int row, InferenceException e) {
              failed.add(row);
            }
          });
      assertThat(failed).containsExactly(5);
      assertThat(sums)
          .containsExactly(3f, 4f, 5f, 6f, 7f, 9f, 10f, 11f, 12f, 13f, 14f, 15f, 16f, 17f, 18f);
    }
  }

  @Test
  void append_recordThatWouldMakeTheRestPadding_waitsForTheNextBatch() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch =
            model.newBatch(
                new BatchOptions(
                    model.signature(null), true, BatchSizes.upTo(128), false, Map.of("x", "0")))) {
      for (int i = 0; i < 100; i++) {
        assertThat(batch.append(new float[] {i}, ANY_LENGTH)).isTrue();
      }
      assertThat(batch.append(new float[20_000], ANY_LENGTH)).isFalse();
      assertThat(batch.append(new float[] {7}, ANY_LENGTH)).isTrue();
      batch.run(0, 101);
      assertThat(batch.prediction(99).output("sum").getFloat(0)).isEqualTo(99);
      assertThat(batch.prediction(100).output("sum").getFloat(0)).isEqualTo(7);
      batch.clear();
      assertThat(batch.append(new float[20_000], ANY_LENGTH)).isTrue();
      assertThat(batch.append(new float[20_000], ANY_LENGTH)).isTrue();
    }
  }

  @Test
  void newBatch_nothingToPad_isRefused() throws Exception {
    try (Model model = Loaded.model(SavedModels.failing(directory))) {
      assertRefused(
          model, Map.of("x", "0"), "nothing to pad: expected an input with a batch dimension");
      assertRefused(model, Map.of("z", "0"), "unknown input 'z': expected one of [x]");
    }
  }

  @Test
  void newBatch_valueThatIsMissingWrongOrOfNoInput_isRefused() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory))) {
      assertRefused(model, Map.of(), "input 'x': float32[-1, -1] has no value to be padded with");
      assertRefused(model, Map.of("x", "zero"), "input 'x': float32[-1, -1] is padded with 'zero'");
      assertRefused(model, Map.of("x", "0", "z", "0"), "unknown input 'z': expected one of [x]");
    }
  }

  private static void assertRefused(Model model, Map<String, String> values, String message)
      throws Exception {
    BatchOptions options =
        new BatchOptions(model.signature(null), true, BatchSizes.upTo(4), false, values);
    assertThatThrownBy(() -> model.newBatch(options)).hasMessageContaining(message);
  }
}
