package io.millrace.testing.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.testing.models.SavedModels.Layer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;

class TabularClassifierITCase {
  @TempDir private Path directory;

  @Test
  void write_preparesTheFeaturesInTheGraph() {
    float[][] weights = {{1}, {0}, {1}, {0}, {10}, {20}};
    TabularClassifier classifier =
        new TabularClassifier(
            new float[] {2, 0},
            new float[] {0.5f, 0},
            new float[] {1, 0},
            new float[] {3, 0},
            1,
            new float[] {5411, 7995},
            List.of(new Layer(weights, new float[] {0.25f}, "Identity")));
    classifier.write(directory, "score");

    float[][] rows = {{6, 5411}, {-4, 7995}, {0, 1}};
    try (TFloat32 x = TFloat32.tensorOf(StdArrays.ndCopyOf(rows));
        SavedModelBundle bundle = SavedModelBundle.load(directory.toString());
        Result result = bundle.function("serving_default").call(Map.of("x", x))) {
      TFloat32 score = (TFloat32) result.get("score").orElseThrow();
      assertThat(score.shape().asArray()).containsExactly(3);
      float logarithm = (float) (3 * (Math.log(7) - 1));
      assertThat(score.getFloat(0)).isCloseTo(2 + logarithm + 10 + 0.25f, within(1e-5f));
      assertThat(score.getFloat(1)).isCloseTo(-3 - 3 + 20 + 0.25f, within(1e-5f));
      assertThat(score.getFloat(2)).isCloseTo(-1 - 3 + 0.25f, within(1e-5f));
    }
  }
}
