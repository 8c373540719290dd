package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.BatchSizes;
import io.millrace.model.InferenceException;
import io.millrace.model.Model;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.SampleRow;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.serving.WarmUp.Rows;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Row;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private static final Signature BATCHED = signature(Shape.of(-1, 3));
  private static final Signature WHOLE = signature(Shape.of(3));

  private final List<String> runs = new ArrayList<>();

  /** The numbers of the given rows that were written, in order. */
  private final List<Integer> places = new ArrayList<>();

  /** The number of the given row that the model fails on. */
  private int poison = -1;

  private static Signature signature(Shape shape) {
    return new Signature(
        "serving_default",
        List.of(new TensorSpec("x", ElementType.FLOAT32, shape)),
        List.of(new TensorSpec("y", ElementType.FLOAT32, shape)));
  }

  /** What a model makes of so many rows: null for an answer. */
  private interface Behaviour {
    InferenceException run(int rows);
  }

  private static InferenceException blamesInput() {
    return new InferenceException("bad input", true);
  }

  private static InferenceException blamesModel() {
    return new InferenceException("variable is uninitialized", false);
  }

  private static Rows rows(boolean batched, int max) {
    return new Rows(batched, BatchSizes.upTo(max));
  }

  private Rows warmUp(Signature signature, BatchDimension demanded, Behaviour behaviour)
      throws ModelException {
    return WarmUp.run(new FakeModel(behaviour), signature, demanded, BatchSizes.upTo(128));
  }

  @Test
  void run_goodModel_isRunWithOneTwoAndAllRows() throws Exception {
    assertThat(warmUp(BATCHED, BatchDimension.FIND_OUT, rows -> null)).isEqualTo(rows(true, 128));
    assertThat(runs).containsExactly("batched 1", "batched 2", "batched 128");
  }

  @Test
  void run_allowedSizes_areEachRun() throws Exception {
    BatchSizes sizes = BatchSizes.of(List.of(4, 32, 128));
    assertThat(WarmUp.run(new FakeModel(rows -> null), BATCHED, BatchDimension.FIND_OUT, sizes))
        .isEqualTo(new Rows(true, sizes));
    assertThat(runs)
        .containsExactly("batched 1", "batched 2", "batched 4", "batched 32", "batched 128");
  }

  @Test
  void run_allowedSizesOfAModelThatTakesNoBatches_areLeftOut() throws Exception {
    BatchSizes sizes = BatchSizes.of(List.of(4, 32));
    assertThat(
            WarmUp.run(
                new FakeModel(rows -> rows == 1 ? null : blamesInput()),
                BATCHED,
                BatchDimension.FIND_OUT,
                sizes))
        .isEqualTo(rows(true, 1));
    assertThat(runs).containsExactly("batched 1", "batched 2");
  }

  @Test
  void run_twoRowsRefused_isOneByOneWithRowsOfTheSameShape() throws Exception {
    assertThat(warmUp(BATCHED, BatchDimension.FIND_OUT, rows -> rows == 1 ? null : blamesInput()))
        .isEqualTo(rows(true, 1));
    assertThat(warmUp(BATCHED, BatchDimension.FIND_OUT, rows -> rows == 1 ? null : blamesModel()))
        .isEqualTo(rows(true, 1));
  }

  @Test
  void run_twoRowsRefusedThoughDemanded_isRejected() {
    assertThatThrownBy(
            () -> warmUp(BATCHED, BatchDimension.PRESENT, rows -> rows == 1 ? null : blamesInput()))
        .isInstanceOfSatisfying(
            ModelException.class,
            e -> assertThat(e.reason()).isEqualTo(ModelReason.SIGNATURE_MISMATCH))
        .hasMessageContaining("takes no batches");
  }

  @Test
  void run_madeUpRowRefused_takesTheSignaturesWord() throws Exception {
    assertThat(warmUp(BATCHED, BatchDimension.FIND_OUT, rows -> blamesInput()))
        .isEqualTo(rows(true, 128));
  }

  @Test
  void run_modelAtFault_isRejected() {
    assertThatThrownBy(() -> warmUp(BATCHED, BatchDimension.FIND_OUT, rows -> blamesModel()))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.WARM_UP_FAILED))
        .hasMessageContaining("uninitialized");
    assertThatThrownBy(
            () ->
                warmUp(
                    BATCHED, BatchDimension.FIND_OUT, rows -> rows == 128 ? blamesModel() : null))
        .hasMessageContaining("128 row(s)");
  }

  @Test
  void run_batchingOff_keepsRowsWithoutTheBatchDimension() throws Exception {
    assertThat(warmUp(BATCHED, BatchDimension.ABSENT, rows -> null)).isEqualTo(rows(true, 1));
    assertThat(runs).containsExactly("batched 1");
  }

  @Test
  void run_withoutABatchDimension_isAWholeTensorACall() throws Exception {
    assertThat(warmUp(WHOLE, BatchDimension.FIND_OUT, rows -> null)).isEqualTo(rows(false, 1));
    assertThat(runs).containsExactly("whole 1");
    assertThatThrownBy(() -> warmUp(WHOLE, BatchDimension.PRESENT, rows -> null))
        .hasMessageContaining("float32[3]");
  }

  private static List<SampleRow> samples(int count) {
    List<SampleRow> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String place = "record " + i;
      samples.add(
          new SampleRow() {
            @Override
            public String place() {
              return place;
            }

            @Override
            public void write(Row row) {}
          });
    }
    return samples;
  }

  @Test
  void run_givenRows_areEachRunAndRepeatedToFillTheSizes() throws Exception {
    BatchSizes sizes = BatchSizes.of(List.of(2, 8));
    FakeModel model = new FakeModel(rows -> null);

    assertThat(WarmUp.run(model, BATCHED, BatchDimension.FIND_OUT, sizes, samples(3)))
        .isEqualTo(new Rows(true, sizes));
    assertThat(runs)
        .containsExactly("batched 1", "batched 1", "batched 2", "batched 2", "batched 8");
    assertThat(places).containsExactly(0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0);
    places.clear();

    WarmUp.run(model, BATCHED, BatchDimension.FIND_OUT, BatchSizes.upTo(4), samples(10));
    assertThat(places.subList(4, places.size())).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    places.clear();

    WarmUp.run(model, WHOLE, BatchDimension.FIND_OUT, BatchSizes.upTo(4), samples(3));
    assertThat(places).containsExactly(0, 1, 2);
  }

  @Test
  void fault10_givenRowThatTheModelFailsOn_isNamed() {
    poison = 5;
    assertThatThrownBy(
            () ->
                WarmUp.run(
                    new FakeModel(rows -> null),
                    BATCHED,
                    BatchDimension.FIND_OUT,
                    BatchSizes.upTo(8),
                    samples(6)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.WARM_UP_FAILED))
        .hasMessageContainingAll("serving_default", "8 row(s)", "record 5", "bad input");
  }

  private final class FakeModel implements Model {
    private final Behaviour behaviour;

    FakeModel(Behaviour behaviour) {
      this.behaviour = behaviour;
    }

    @Override
    public List<String> signatureKeys() {
      return List.of("serving_default");
    }

    @Override
    public Signature signature(String key) {
      return BATCHED;
    }

    @Override
    public Batch newBatch(BatchOptions options) {
      return new CountingBatch(options, behaviour);
    }

    @Override
    public void close() {}
  }

  private final class CountingBatch implements Batch {
    private final BatchOptions options;
    private final Behaviour behaviour;
    private final List<Integer> given = new ArrayList<>();
    private int rows;

    CountingBatch(BatchOptions options, Behaviour behaviour) {
      this.options = options;
      this.behaviour = behaviour;
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public int maxRows() {
      return options.maxRows();
    }

    @Override
    public <T> boolean append(T record, FeatureWriter<T> writer) {
      rows++;
      if (record instanceof SampleRow sample && sample.place().startsWith("record ")) {
        given.add(Integer.parseInt(sample.place().substring("record ".length())));
        places.add(given.get(given.size() - 1));
      }
      return true;
    }

    @Override
    public void run(int from, int to) throws InferenceException {
      if (!given.isEmpty() && given.subList(from, to).contains(poison)) {
        throw blamesInput();
      }
      runs.add((options.batched() ? "batched " : "whole ") + (to - from));
      InferenceException failure = behaviour.run(to - from);
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public Prediction prediction(int row) {
      throw new IllegalStateException("nothing reads it");
    }

    @Override
    public void clear() {
      rows = 0;
      given.clear();
    }

    @Override
    public void close() {}
  }
}
