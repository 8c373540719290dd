package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;

/** The models as TensorFlow runs them, from the files that are published. */
class FraudModelITCase {
  private static final int ROWS = 40_000;

  @TempDir private Path directory;

  private final float[][] rows = new float[ROWS][];
  private final boolean[] labels = new boolean[ROWS];
  private final Transaction[] transactions = new Transaction[ROWS];

  @Test
  void export_scoresAsTrained_andTheSecondVersionIsClearlyBetter() {
    TransactionGenerator generator = new TransactionGenerator(99);
    for (int i = 0; i < ROWS; i++) {
      LabelledTransaction it = generator.next();
      transactions[i] = it.transaction();
      rows[i] = it.transaction().features();
      labels[i] = it.fraud();
    }

    double first = area(FraudModel.first(1), directory.resolve("1"));
    double second = area(FraudModel.second(1), directory.resolve("2"));

    assertThat(first).isBetween(0.65, 0.88);
    assertThat(second).isGreaterThan(0.93);
  }

  private double area(FraudModel model, Path version) {
    float[] scores = new float[ROWS];
    model.export(version);
    try (TFloat32 x = TFloat32.tensorOf(StdArrays.ndCopyOf(rows));
        SavedModelBundle bundle = SavedModelBundle.load(version.toString());
        Result result = bundle.function("serving_default").call(Map.of("x", x))) {
      Tensor output = result.get(FraudModel.OUTPUT).orElseThrow();
      for (int i = 0; i < ROWS; i++) {
        scores[i] = ((TFloat32) output).getFloat(i);
        assertThat(scores[i]).isCloseTo(model.probability(transactions[i]), within(1e-3f));
      }
    }
    return RocCurve.of(scores, labels).area();
  }
}
