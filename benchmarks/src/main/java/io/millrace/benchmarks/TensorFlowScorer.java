package io.millrace.benchmarks;

import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** TensorFlow Java's usual API, one record a call. It closes its tensors, which many do not. */
final class TensorFlowScorer implements AutoCloseable {
  private final SavedModelBundle model;

  private TensorFlowScorer(SavedModelBundle model) {
    this.model = model;
  }

  /**
   * @param interOpThreads 0 for TensorFlow's default, -1 for the caller's thread
   */
  static TensorFlowScorer load(String directory, int interOpThreads) {
    SavedModelBundle.Loader loader = SavedModelBundle.loader(directory).withTags("serve");
    if (interOpThreads != 0) {
      loader.withConfigProto(
          ConfigProto.newBuilder().setInterOpParallelismThreads(interOpThreads).build());
    }
    return new TensorFlowScorer(loader.load());
  }

  /** The first output. */
  float score(float[] values) {
    return scores(values)[0];
  }

  float[] scores(float[] values) {
    try (TFloat32 input = TFloat32.tensorOf(Shape.of(1, values.length), DataBuffers.of(values));
        Result result = model.function("serving_default").call(Map.of("x", input))) {
      TFloat32 output = (TFloat32) result.get(0);
      float[] scores = new float[(int) output.shape().get(1)];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = output.getFloat(0, i);
      }
      return scores;
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
