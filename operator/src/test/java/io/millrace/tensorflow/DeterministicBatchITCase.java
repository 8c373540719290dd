package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.Model;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.TensorReader;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows run in any part of a batch, as they are when a batch has failed, give the same bits. */
class DeterministicBatchITCase {
  private static final int WIDTH = 256;
  private static final int OUTPUTS = 3;

  /** As {@code batching.deterministic} pads every batch to. */
  private static final int SIZE = 96;

  private static final FeatureWriter<float[]> VECTOR =
      (values, row) -> row.input("x").put(values, 0, values.length);

  private static final int[] INPUTS = {8, 50, 64, 256, 784};

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @TempDir private Path directory;

  @BeforeEach
  void sow() {
    System.out.println("seed " + seed);
  }

  @Test
  void run_anyPartOfAnyBatch_answersARowInTheSameBits() throws Exception {
    Layer hidden = layer(random, WIDTH, 200, "Sigmoid");
    Layer last = layer(random, 200, OUTPUTS, "Sigmoid");
    try (Model model = Loaded.model(SavedModels.layers(directory, List.of(hidden, last)));
        Batch one =
            model.newBatch(
                new BatchOptions(
                    model.signature(null), true, BatchSizes.of(List.of(SIZE)), false))) {
      for (int round = 0; round < 40; round++) {
        float[] record = vector(random, WIDTH);
        one.append(record, VECTOR);
        one.run(0, 1);
        float[] expected = answer(one, 0);
        one.clear();
        int rows = 1 + random.nextInt(SIZE);
        int place = random.nextInt(rows);
        for (int i = 0; i < rows; i++) {
          float[] row = i == place ? record : vector(random, WIDTH);
          one.append(row, VECTOR);
        }
        int from = random.nextInt(place + 1);
        int to = place + 1 + random.nextInt(rows - place);
        one.run(from, to);
        assertThat(answer(one, place))
            .as("row %d of %d to %d", place, from, to)
            .isEqualTo(expected);
        one.clear();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Sigmoid", "Relu", "Tanh", "Softmax"})
  void run_equalRows_answerTheSameBitsInEveryPlace(String activation) throws Exception {
    for (int inputs : INPUTS) {
      for (int outputs : new int[] {OUTPUTS, 10, 100}) {
        try (Model model = Loaded.model(network(inputs, outputs, activation))) {
          assertThat(placesThatDiffer(model, inputs))
              .as("rows that differ from the first, %d inputs, %d outputs", inputs, outputs)
              .isEmpty();
        }
      }
    }
  }

  /** The control of the above. */
  @Test
  void run_oneRowAmongEqualOnes_isTheOneThatDiffers() throws Exception {
    try (Model model = Loaded.model(network(INPUTS[0], OUTPUTS, "Sigmoid"))) {
      List<float[]> rows = new ArrayList<>(Collections.nCopies(SIZE, vector(random, INPUTS[0])));
      rows.set(5, vector(random, INPUTS[0]));

      assertThat(placesThatDiffer(model, rows)).containsExactly(5);
    }
  }

  private Path network(int inputs, int outputs, String activation) {
    return SavedModels.layers(
        directory.resolve(activation + inputs + "-" + outputs),
        List.of(layer(random, inputs, 41, activation), layer(random, 41, outputs, activation)));
  }

  private List<Integer> placesThatDiffer(Model model, int inputs) throws Exception {
    return placesThatDiffer(model, Collections.nCopies(SIZE, vector(random, inputs)));
  }

  /** The places of a batch whose answers are not that of the first. */
  private static List<Integer> placesThatDiffer(Model model, List<float[]> rows) throws Exception {
    int size = rows.size();
    List<Integer> places = new ArrayList<>();
    try (Batch batch =
        model.newBatch(
            new BatchOptions(model.signature(null), true, BatchSizes.of(List.of(size)), false))) {
      for (float[] row : rows) {
        batch.append(row, VECTOR);
      }
      batch.run(0, size);
      float[] first = answer(batch, 0);
      for (int i = 1; i < size; i++) {
        if (!Arrays.equals(first, answer(batch, i))) {
          places.add(i);
        }
      }
    }
    return places;
  }

  private static float[] answer(Batch batch, int row) {
    TensorReader output = batch.prediction(row).output("y");
    float[] answer = new float[output.size()];
    output.getFloats(answer);
    return answer;
  }

  private static Layer layer(Random random, int inputs, int outputs, String activation) {
    return new Layer(weights(random, inputs, outputs), vector(random, outputs), activation);
  }

  private static float[][] weights(Random random, int inputs, int outputs) {
    float[][] weights = new float[inputs][];
    for (int i = 0; i < inputs; i++) {
      weights[i] = vector(random, outputs);
    }
    return weights;
  }

  private static float[] vector(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian() / 8;
    }
    return values;
  }
}
