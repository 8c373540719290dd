package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Signature;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that are padded to allowed sizes, on a real session. */
class PaddedBatchITCase {
  private static final FeatureWriter<Float> X = (value, row) -> row.input("x").put(value);
  private static final FeatureWriter<float[]> ANY_LENGTH =
      (values, row) -> row.input("x").shape(values.length).put(values, 0, values.length);

  @TempDir private Path directory;

  private static Batch batch(Model model, Signature signature, Integer... sizes) throws Exception {
    return model.newBatch(new BatchOptions(signature, true, BatchSizes.of(List.of(sizes)), false));
  }

  private static long seed() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    return seed;
  }

  @Test
  void run_everyTypeAndRange_answersWhatWentIn() throws Exception {
    Random random = new Random(seed());
    try (Model model = Loaded.model(SavedModels.identity(directory));
        Batch batch = batch(model, model.signature("all"), 3, 8, 21)) {
      for (int round = 0; round < 100; round++) {
        int rows = 1 + random.nextInt(21);
        List<TypedRow> written = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
          written.add(new TypedRow(random.nextLong(), 2));
          batch.append(written.get(i), TypedRow.WRITER);
        }
        int from = random.nextInt(rows);
        int to = random.nextBoolean() ? rows : from + 1 + random.nextInt(rows - from);
        batch.run(from, to);
        for (int i = from; i < to; i++) {
          written.get(i).verify(batch.prediction(i));
        }
        assertThatThrownBy(() -> batch.prediction(to))
            .isInstanceOf(IndexOutOfBoundsException.class);
        // Rows that join after a run lie where the padding lay.
        if (rows < 21) {
          TypedRow late = new TypedRow(random.nextLong(), 2);
          batch.append(late, TypedRow.WRITER);
          batch.run(0, rows + 1);
          written.get(0).verify(batch.prediction(0));
          late.verify(batch.prediction(rows));
        }
        batch.clear();
      }
    }
  }

  @Test
  void run_raggedRows_equalsRowByRow() throws Exception {
    Random random = new Random(seed());
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch single = Loaded.batch(model, 1);
        Batch batch = batch(model, model.signature(null), 5, 64)) {
      for (int round = 0; round < 100; round++) {
        float[] values = new float[random.nextInt(9)];
        for (int i = 0; i < values.length; i++) {
          values[i] = random.nextInt(100);
        }
        single.append(values, ANY_LENGTH);
        single.run(0, 1);
        int rows = 1 + random.nextInt(64);
        for (int i = 0; i < rows; i++) {
          batch.append(values, ANY_LENGTH);
        }
        int from = random.nextInt(rows);
        batch.run(from, rows);
        assertThat(batch.prediction(rows - 1).output(0).getFloat(0))
            .isEqualTo(single.prediction(0).output(0).getFloat(0));
        single.clear();
        batch.clear();
      }
    }
  }

  @Test
  void run_afterABadRow_padsWithNoneOfWhatLayThere() throws Exception {
    try (Model model = Loaded.model(SavedModels.failing(directory));
        Batch batch = batch(model, model.signature(null), 4)) {
      for (float x : new float[] {4, 9, -1, -1}) {
        batch.append(x, X);
      }
      assertThatThrownBy(() -> batch.run(0, 4)).isInstanceOf(InferenceException.class);
      // Its neighbours in memory are bad, but they are not its padding.
      batch.run(1, 2);
      assertThat(batch.prediction(1).output("y").getFloat(0)).isEqualTo(3);
      batch.run(0, 2);
      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(2);
      batch.clear();
      batch.append(16f, X);
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(4);
    }
  }

  @Test
  void run_answersOfTheLastRowAreNotFinite_showsThemThereOnly() throws Exception {
    try (Model model = Loaded.model(SavedModels.nanFor(directory));
        Batch batch = batch(model, model.signature(null), 8)) {
      batch.append(1f, X);
      batch.append(-1f, X);
      batch.run(0, 2);
      assertThat(batch.prediction(0).isFinite()).isTrue();
      assertThat(batch.prediction(1).isFinite()).isFalse();
    }
  }

  @Test
  void run_modelThatKeepsItsInput_hasACopyOfThePaddedRows() throws Exception {
    try (Model model = Loaded.model(SavedModels.remembering(directory))) {
      Signature signature = model.signature(null);
      try (Batch first = batch(model, signature, 4)) {
        first.append(5f, X);
        first.append(6f, X);
        // It gives back what the variable was before, which is one row.
        assertThatThrownBy(() -> first.run(0, 2)).isInstanceOf(InferenceException.class);
      }
      try (Batch second = batch(model, signature, 4)) {
        for (float x : new float[] {1, 2, 3}) {
          second.append(x, X);
        }
        second.run(0, 3);
        Prediction last = second.prediction(2);
        assertThat(last.output("previous").getFloat(0)).isEqualTo(6);
        assertThat(second.prediction(0).output("previous").getFloat(0)).isEqualTo(5);
      }
    }
  }

  @Test
  void run_outputRowsDiffer_namesThePaddedSize() throws Exception {
    try (Model model = Loaded.model(SavedModels.wrongRows(directory));
        Batch batch = batch(model, model.signature(null), 4)) {
      batch.append(1f, X);
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(1);
      batch.append(-1f, X);
      assertThatThrownBy(() -> batch.run(0, 2))
          .hasMessageStartingWith("output 'y': expected 4 rows, one for each input row")
          .hasMessageContaining(ElementType.FLOAT32 + "[1]");
    }
  }
}
