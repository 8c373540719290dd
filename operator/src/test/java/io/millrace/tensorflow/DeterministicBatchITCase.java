package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.Model;
import io.millrace.tensor.FeatureWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows run in any part of a batch, as they are when a batch has failed, give the same bits. */
class DeterministicBatchITCase {
  private static final int WIDTH = 256;
  private static final int OUTPUTS = 3;
  private static final FeatureWriter<float[]> VECTOR =
      (values, row) -> row.input("x").put(values, 0, values.length);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {96, 192, 288})
  void run_anyPartOfAnyBatch_answersARowInTheSameBits(int size) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Layer hidden = layer(random, WIDTH, 200);
    Layer last = layer(random, 200, OUTPUTS);
    try (Model model = Loaded.model(SavedModels.layers(directory, List.of(hidden, last)));
        Batch one =
            model.newBatch(
                new BatchOptions(
                    model.signature(null), true, BatchSizes.of(List.of(size)), false))) {
      for (int round = 0; round < 40; round++) {
        float[] record = vector(random, WIDTH);
        one.append(record, VECTOR);
        one.run(0, 1);
        float[] expected = answer(one, 0);
        one.clear();
        int rows = 1 + random.nextInt(size);
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
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int inputs : new int[] {8, 50, 64, 256, 784}) {
      List<Layer> layers =
          List.of(
              new Layer(weights(random, inputs, 41), vector(random, 41), activation),
              new Layer(weights(random, 41, OUTPUTS), vector(random, OUTPUTS), activation));
      Path model = directory.resolve(activation + inputs);
      try (Model loaded = Loaded.model(SavedModels.layers(model, layers))) {
        for (int size : new int[] {96, 192, 288}) {
          assertAllAnswerTheSame(loaded, size, vector(random, inputs));
        }
      }
    }
  }

  private static void assertAllAnswerTheSame(Model model, int size, float[] record)
      throws Exception {
    try (Batch batch =
        model.newBatch(
            new BatchOptions(model.signature(null), true, BatchSizes.of(List.of(size)), false))) {
      for (int i = 0; i < size; i++) {
        batch.append(record, VECTOR);
      }
      batch.run(0, size);
      for (int i = 1; i < size; i++) {
        assertThat(answer(batch, i))
            .as("row %d of %d, %d inputs", i, size, record.length)
            .isEqualTo(answer(batch, 0));
      }
    }
  }

  private static float[] answer(Batch batch, int row) {
    float[] answer = new float[OUTPUTS];
    batch.prediction(row).output("y").getFloats(answer);
    return answer;
  }

  private static Layer layer(Random random, int inputs, int outputs) {
    return new Layer(weights(random, inputs, outputs), vector(random, outputs), "Sigmoid");
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
