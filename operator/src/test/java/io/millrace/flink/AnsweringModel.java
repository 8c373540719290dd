package io.millrace.flink;

import io.millrace.model.Batch;
import io.millrace.model.BatchOptions;
import io.millrace.model.Model;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Prediction;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model without TensorFlow, which takes one whole tensor and fails at nothing. */
final class AnsweringModel implements Model {
  private static final Signature SIGNATURE =
      new Signature(
          "serving_default",
          List.of(new TensorSpec("x", ElementType.FLOAT32, Shape.of(3))),
          List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.of(3))));

  @Override
  public List<String> signatureKeys() {
    return List.of(SIGNATURE.name());
  }

  @Override
  public Signature signature(@Nullable String key) {
    return SIGNATURE;
  }

  @Override
  public Batch newBatch(BatchOptions options) {
    return new AnsweringBatch();
  }

  @Override
  public void close() {}

  private static final class AnsweringBatch implements Batch {
    private int rows;

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public int maxRows() {
      return 1;
    }

    @Override
    public <T> boolean append(T record, FeatureWriter<T> writer) {
      rows++;
      return true;
    }

    @Override
    public void run(int from, int to) {}

    @Override
    public Prediction prediction(int row) {
      throw new IllegalStateException("nothing reads it");
    }

    @Override
    public void clear() {
      rows = 0;
    }

    @Override
    public void close() {}
  }
}
