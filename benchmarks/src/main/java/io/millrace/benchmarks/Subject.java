package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * A network on disk in both forms, and what it answers.
 *
 * @param expected the first output for each record of the pool, as TensorFlow's usual API gives it
 */
record Subject(Network network, String savedModel, String onnx, float[] expected) {

  /** Outputs of all arms agree to this; batches are summed up in another order than single rows. */
  static final float TOLERANCE = 1e-4f;

  static Map<Network, Subject> writeAll(Path folder) throws IOException {
    Map<Network, Subject> subjects = new EnumMap<>(Network.class);
    for (Network network : Network.values()) {
      Path directory = folder.resolve(network.name()).resolve("1");
      SavedModelFile.write(network, directory);
      Path onnx = OnnxFile.write(network, folder.resolve(network.name() + ".onnx"));
      subjects.put(
          network,
          new Subject(
              network, directory.toString(), onnx.toString(), expected(directory.toString())));
    }
    return subjects;
  }

  private static float[] expected(String directory) {
    float[] expected = new float[Records.POOL];
    try (TensorFlowScorer scorer = TensorFlowScorer.load(directory, 0)) {
      for (int i = 0; i < expected.length; i++) {
        expected[i] = scorer.score(Records.values(i));
      }
    }
    return expected;
  }
}
