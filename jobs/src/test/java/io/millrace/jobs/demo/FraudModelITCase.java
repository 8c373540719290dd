package io.millrace.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelFiles;
import io.millrace.tensorflow.TensorFlowEngine;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The models as TensorFlow runs them, from the files that are published. */
class FraudModelITCase {
  private static final int ROWS = 40_000;

  @TempDir private Path directory;

  private final float[][] rows = new float[ROWS][];
  private final boolean[] labels = new boolean[ROWS];
  private final Transaction[] transactions = new Transaction[ROWS];

  @Test
  void export_scoresAsTrained_andTheSecondVersionIsClearlyBetter() throws Exception {
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

  private double area(FraudModel model, Path version) throws Exception {
    float[] scores = new float[ROWS];
    model.export(version);
    ModelFiles files = new ModelFiles(version, "sha256:" + "0".repeat(64), 0, () -> {});
    try (Model loaded = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
        Batch batch = loaded.newBatch(new BatchOptions(loaded.signature(null), true, ROWS, true))) {
      for (float[] row : rows) {
        batch.append(row, (values, target) -> target.input(0).put(values, 0, values.length));
      }
      batch.run(0, ROWS);
      for (int i = 0; i < ROWS; i++) {
        scores[i] = batch.prediction(i).output(FraudModel.OUTPUT).getFloat(0);
        assertThat(scores[i]).isCloseTo(model.probability(transactions[i]), within(1e-3f));
      }
    }
    return RocCurve.of(scores, labels).area();
  }
}
