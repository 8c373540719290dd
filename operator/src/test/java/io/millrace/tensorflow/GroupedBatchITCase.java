package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.Model;
import io.millrace.tensor.FeatureWriter;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of unlike shapes in one batch, on a real session. */
class GroupedBatchITCase {
  private static final FeatureWriter<float[]> ANY_LENGTH =
      (values, row) -> row.input("x").shape(values.length).put(values, 0, values.length);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void run_everyTypeRangeAndLength_answersWhatWentIn(boolean padded) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    BatchSizes sizes = padded ? BatchSizes.of(List.of(3, 40)) : BatchSizes.upTo(40);
    try (Model model = Loaded.model(SavedModels.raggedIdentity(directory, 1));
        Batch batch =
            model.newBatch(new BatchOptions(model.signature("all"), true, sizes, false))) {
      for (int round = 0; round < 60; round++) {
        int rows = 1 + random.nextInt(40);
        int lengths = 1 + random.nextInt(GroupedBatch.MAX_GROUPS);
        List<TypedRow> written = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
          written.add(new TypedRow(random.nextLong(), random.nextInt(lengths)));
          assertThat(batch.append(written.get(i), TypedRow.WRITER)).isTrue();
        }
        int from = random.nextInt(rows);
        int to = from + 1 + random.nextInt(rows - from);
        batch.run(from, to);
        for (int i = from; i < to; i++) {
          written.get(i).verify(batch.prediction(i));
        }
        batch.clear();
      }
    }
  }

  @Test
  void append_oneShapeTooMany_waitsForTheNextBatch() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch = Loaded.batch(model, 100)) {
      for (int length = 1; length <= GroupedBatch.MAX_GROUPS; length++) {
        assertThat(batch.append(new float[length], ANY_LENGTH)).isTrue();
      }
      assertThat(batch.append(new float[99], ANY_LENGTH)).isFalse();
      assertThat(batch.rows()).isEqualTo(GroupedBatch.MAX_GROUPS);
      assertThat(batch.append(new float[] {7}, ANY_LENGTH)).isTrue();
      batch.run(0, batch.rows());
      assertThat(batch.prediction(GroupedBatch.MAX_GROUPS).output("sum").getFloat(0)).isEqualTo(7);
      batch.clear();
      assertThat(batch.append(new float[99], ANY_LENGTH)).isTrue();
    }
  }

  @Test
  void append_moreMemoryThanABatchMayHold_waitsAndIsGivenBack() throws Exception {
    int length = 12 << 20;
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        GroupedBatch batch = (GroupedBatch) Loaded.batch(model, 128)) {
      float[] values = new float[length + 6];
      int fit = 0;
      while (batch.append(
          length + fit, (size, row) -> row.input("x").shape(size).put(values, 0, size))) {
        fit++;
      }
      assertThat(fit).isEqualTo(5);
      assertThat(batch.heldBytes()).isBetween(200L << 20, GroupedBatch.MAX_BYTES);
      batch.clear();
      for (int i = 0; i < TensorFlowBatch.PATIENCE; i++) {
        assertThat(batch.append(new float[] {i}, ANY_LENGTH)).isTrue();
        batch.run(0, 1);
        assertThat(batch.prediction(0).output("sum").getFloat(0)).isEqualTo(i);
        batch.clear();
      }
      assertThat(batch.heldBytes()).isLessThan(2 << 20);
      assertThat(batch.append(new float[] {3, 4}, ANY_LENGTH)).isTrue();
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("sum").getFloat(0)).isEqualTo(7);
    }
  }

  @Test
  void isFull_whenOneShapeIs() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch = Loaded.batch(model, 3)) {
      for (int i = 0; i < 2; i++) {
        batch.append(new float[1], ANY_LENGTH);
        batch.append(new float[2], ANY_LENGTH);
        assertThat(batch.isFull()).isFalse();
      }
      batch.append(new float[2], ANY_LENGTH);
      assertThat(batch.isFull()).isTrue();
      batch.clear();
      assertThat(batch.isFull()).isFalse();
      assertThat(batch.rows()).isZero();
    }
  }

  @Test
  void append_badRecord_leavesTheOthersUnharmed() throws Exception {
    try (Model model = Loaded.model(SavedModels.ragged(directory));
        Batch batch = Loaded.batch(model, 8)) {
      batch.append(new float[] {1, 2}, ANY_LENGTH);
      assertThatThrownBy(() -> batch.append(0, (ignored, row) -> row.input("x").shape(2).put(9f)))
          .hasMessage("input 'x': expected 2 elements for float32[2], got 1");
      batch.append(new float[] {3, 4}, ANY_LENGTH);
      batch.run(0, 2);
      assertThat(batch.prediction(0).output("sum").getFloat(0)).isEqualTo(3);
      assertThat(batch.prediction(1).output("sum").getFloat(0)).isEqualTo(7);
    }
  }
}
