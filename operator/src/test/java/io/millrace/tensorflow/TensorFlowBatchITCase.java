package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows in, predictions out, on a real session. */
class TensorFlowBatchITCase {
  private static final FeatureWriter<Float> X = (value, row) -> row.input("x").put(value);
  private static final FeatureWriter<float[]> VECTOR =
      (values, row) -> row.input("x").put(values, 0, values.length);
  private static final FeatureWriter<float[]> ANY_LENGTH =
      (values, row) -> row.input("x").shape(values.length).put(values, 0, values.length);

  @TempDir private Path directory;

  @Test
  void run_linear_answersEachRow() throws Exception {
    try (Model model = Loaded.model(SavedModels.linear(directory, new float[] {2, 3}, 10));
        Batch batch = Loaded.batch(model, 8)) {
      batch.append(new float[] {1, 1}, VECTOR);
      batch.append(new float[] {0, 2}, VECTOR);
      batch.run(0, 2);

      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(15);
      assertThat(batch.prediction(1).output("y").getFloat(0)).isEqualTo(16);
      assertThat(batch.prediction(1).output("y").shape()).hasToString("[1]");
    }
  }

  @Test
  void run_anyRange_equalsRowByRow() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    float[] weights = {1.5f, -2, 0.25f, 3, 7, -1, 0.5f};
    try (Model model = Loaded.model(SavedModels.linear(directory, weights, 1));
        Batch single = Loaded.batch(model, 1);
        Batch batch = Loaded.batch(model, 33)) {
      for (int round = 0; round < 200; round++) {
        int rows = 1 + random.nextInt(33);
        float[] expected = new float[rows];
        for (int i = 0; i < rows; i++) {
          float[] x = new float[7];
          for (int j = 0; j < 7; j++) {
            x[j] = random.nextInt(100);
          }
          single.append(x, VECTOR);
          single.run(0, 1);
          expected[i] = single.prediction(0).output(0).getFloat(0);
          single.clear();
          batch.append(x, VECTOR);
        }
        int from = random.nextInt(rows);
        int to = from + 1 + random.nextInt(rows - from);
        batch.run(from, to);
        for (int i = from; i < to; i++) {
          assertThat(batch.prediction(i).output(0).getFloat(0)).isEqualTo(expected[i]);
        }
        batch.clear();
      }
    }
  }

  @Test
  void append_badRecord_leavesTheOthersUnharmed() throws Exception {
    try (Model model = Loaded.model(SavedModels.linear(directory, new float[] {2, 3}, 10));
        Batch batch = Loaded.batch(model, 8)) {
      batch.append(new float[] {1, 1}, VECTOR);
      assertThatThrownBy(() -> batch.append(new float[] {1}, VECTOR))
          .isInstanceOfSatisfying(
              RecordException.class,
              e -> assertThat(e.reason()).isEqualTo(RecordReason.WRONG_SHAPE))
          .hasMessage("input 'x': expected 2 elements for float32[2], got 1");
      assertThatThrownBy(() -> batch.append(new float[] {1, 2, 3}, VECTOR))
          .hasMessage("input 'x': expected 2 elements for float32[2], got 3");
      assertThatThrownBy(() -> batch.append(1L, (value, row) -> row.input("x").put(value)))
          .hasMessage("input 'x': expected float32[-1, 2], got an integer");
      assertThatThrownBy(() -> batch.append("", (value, row) -> {}))
          .isInstanceOfSatisfying(
              RecordException.class,
              e -> assertThat(e.reason()).isEqualTo(RecordReason.MISSING_FIELD))
          .hasMessage("input 'x' was not written: expected float32[-1, 2]");
      assertThatThrownBy(() -> batch.append(1f, (value, row) -> row.input("z").put(value)))
          .hasMessage("unknown input 'z': expected one of [x]");
      batch.append(new float[] {0, 2}, VECTOR);
      batch.run(0, batch.rows());

      assertThat(batch.rows()).isEqualTo(2);
      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(15);
      assertThat(batch.prediction(1).output("y").getFloat(0)).isEqualTo(16);
    }
  }

  @Test
  void append_nonFinite_isRefusedWhereTheJobSaysSo() throws Exception {
    try (Model model = Loaded.model(SavedModels.linear(directory, new float[] {2, 3}, 10));
        Batch batch = model.newBatch(new BatchOptions(model.signature(null), true, 4, true))) {
      assertThatThrownBy(() -> batch.append(new float[] {1, Float.NaN}, VECTOR))
          .isInstanceOfSatisfying(
              RecordException.class,
              e -> assertThat(e.reason()).isEqualTo(RecordReason.NON_FINITE_INPUT));
      assertThat(batch.rows()).isZero();
    }
  }

  @Test
  void append_valuesBeforeTheirShape_isRefused() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch = Loaded.batch(model, 4)) {
      assertThatThrownBy(() -> batch.append(1f, X))
          .hasMessageContaining("state them with shape(...) first");
    }
  }

  @Test
  void prediction_ofIdentity_survivesUntilTheNextRun() throws Exception {
    try (Model model = Loaded.model(SavedModels.identity(directory));
        Batch batch = Loaded.batch(model, model.signature("float32"), 4)) {
      batch.append(new float[] {1, 2}, VECTOR);
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("y").getFloat(1)).isEqualTo(2);
      batch.clear();
      batch.append(new float[] {3, 4}, VECTOR);
      assertThatThrownBy(() -> batch.prediction(0)).isInstanceOf(IndexOutOfBoundsException.class);
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("y").getFloat(1)).isEqualTo(4);
    }
  }

  @Test
  void append_afterRun_forgetsThePredictions() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch = Loaded.batch(model, 64)) {
      batch.append(new float[] {1, 2}, ANY_LENGTH);
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("sum").getFloat(0)).isEqualTo(3);

      batch.append(new float[] {1, 2, 3}, ANY_LENGTH);
      assertThatThrownBy(() -> batch.prediction(0)).isInstanceOf(IndexOutOfBoundsException.class);
      batch.run(0, 1);
      batch.append(new float[] {3, 4}, ANY_LENGTH);
      assertThatThrownBy(() -> batch.prediction(0)).isInstanceOf(IndexOutOfBoundsException.class);
      batch.run(0, 3);
      assertThat(batch.prediction(0).output("sum").getFloat(0)).isEqualTo(3);
      assertThat(batch.prediction(1).output("sum").getFloat(0)).isEqualTo(6);
      assertThat(batch.prediction(2).output("sum").getFloat(0)).isEqualTo(7);
      assertThatThrownBy(() -> batch.append("", (value, row) -> {}))
          .isInstanceOf(RecordException.class);
      assertThatThrownBy(() -> batch.prediction(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void run_tensorFlowFails_blamesTheInputAndCanBeRepeatedInParts() throws Exception {
    try (Model model = Loaded.model(SavedModels.failing(directory));
        Batch batch = Loaded.batch(model, 4)) {
      for (float x : new float[] {4, 9, -1, 16}) {
        batch.append(x, X);
      }
      assertThatThrownBy(() -> batch.run(0, 4))
          .isInstanceOfSatisfying(
              InferenceException.class, e -> assertThat(e.inputAtFault()).isTrue())
          .hasMessageContaining("negative x");
      assertThatThrownBy(() -> batch.prediction(0)).isInstanceOf(IndexOutOfBoundsException.class);
      batch.run(0, 2);
      assertThat(batch.prediction(1).output("y").getFloat(0)).isEqualTo(3);
      batch.run(3, 4);
      assertThat(batch.prediction(3).output("y").getFloat(0)).isEqualTo(4);
    }
  }

  @Test
  void run_outputRowsDiffer_failsTheBatch() throws Exception {
    try (Model model = Loaded.model(SavedModels.wrongRows(directory));
        Batch batch = Loaded.batch(model, 4)) {
      batch.append(1f, X);
      batch.append(-1f, X);
      assertThatThrownBy(() -> batch.run(0, 2))
          .isInstanceOf(InferenceException.class)
          .hasMessageStartingWith(
              "output 'y': expected 2 rows, one for each input row, got float32[1]");
    }
  }

  @Test
  void isFinite_tellsRowsApart() throws Exception {
    try (Model model = Loaded.model(SavedModels.nanFor(directory));
        Batch batch = Loaded.batch(model, 4)) {
      for (float x : new float[] {1, -1, 0, 2}) {
        batch.append(x, X);
      }
      batch.run(0, 4);

      assertThat(batch.prediction(0).isFinite()).isTrue();
      assertThat(batch.prediction(1).isFinite()).isFalse();
      assertThat(batch.prediction(2).isFinite()).isFalse();
      assertThat(batch.prediction(3).isFinite()).isTrue();
    }
  }

  @Test
  void run_withoutBatchDimension_takesWholeTensors() throws Exception {
    try (Model model = Loaded.model(SavedModels.unbatched(directory));
        Batch batch = Loaded.batch(model, 1)) {
      batch.append(
          3f,
          (value, row) -> {
            row.input("b").put(2f);
            row.input("a").put(value);
          });
      batch.run(0, 1);

      assertThat(batch.prediction(0).output("product").getFloat(0)).isEqualTo(6);
      assertThat(batch.prediction(0).output("product").shape().rank()).isZero();
    }
  }

  @Test
  void run_strings_ofAnyLengthAndContent() throws Exception {
    byte[] binary = {0, -1, 10, 0};
    String lengthy = "elm".repeat(5000);
    FeatureWriter<byte[]> bytes = (value, row) -> row.input("word").put(value);
    FeatureWriter<String> text = (value, row) -> row.input("word").put(value);
    Path model = SavedModels.vocabulary(directory, List.of("oak", "elm"));
    try (Model loaded = Loaded.model(model);
        Batch batch = Loaded.batch(loaded, 8)) {
      for (int round = 0; round < 3; round++) {
        batch.append("elm", text);
        batch.append(binary, bytes);
        batch.append(lengthy, text);
        batch.append("", text);
        batch.run(0, 4);
        assertThat(batch.prediction(0).output("id").getLong(0)).isEqualTo(1);
        assertThat(batch.prediction(1).output("word").getBytes(0)).isEqualTo(binary);
        assertThat(batch.prediction(2).output("word").getString(0)).isEqualTo(lengthy);
        assertThat(batch.prediction(3).output("word").getString(0)).isEmpty();
        batch.run(2, 3);
        assertThat(batch.prediction(2).output("word").getString(0)).isEqualTo(lengthy);
        batch.clear();
      }
    }
  }

  @Test
  void close_twice_isHarmless() throws Exception {
    Model model = Loaded.model(SavedModels.vocabulary(directory, List.of("oak")));
    Batch batch = Loaded.batch(model, 8);
    batch.append("oak", (value, row) -> row.input("word").put(value));
    batch.run(0, 1);
    batch.close();
    batch.close();
    model.close();
    model.close();
  }
}
