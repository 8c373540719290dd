package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Network.class)
  void write_bothForms_answerTheSame(Network network) throws Exception {
    String directory = SavedModelFile.write(network, folder.resolve("1")).toString();
    String file = OnnxFile.write(network, folder.resolve("network.onnx")).toString();
    float least = Float.MAX_VALUE;
    float most = 0;
    try (TensorFlowScorer tensorFlow = TensorFlowScorer.load(directory, 0);
        OnnxScorer onnx = OnnxScorer.load(file)) {
      for (int record = 0; record < Records.POOL; record++) {
        float[] expected = tensorFlow.scores(Records.values(record));
        assertThat(onnx.scores(Records.values(record)))
            .hasSize(Network.OUTPUTS)
            .containsExactly(expected, within(Subject.TOLERANCE / 10));
        least = Math.min(least, expected[0]);
        most = Math.max(most, expected[0]);
      }
    }
    // Were records scored alike, the comparison would not notice one in another's place.
    assertThat(most - least).isGreaterThan(100 * Subject.TOLERANCE);
  }
}
