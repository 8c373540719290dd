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

  /**
   * Writes the models, and finds out what they answer.
   *
   * @param intraOpThreads that share an op, for all models of this process; 0 for TensorFlow's
   *     default
   */
  static Map<Network, Subject> writeAll(Path folder, int intraOpThreads) throws IOException {
    Map<Network, Subject> subjects = new EnumMap<>(Network.class);
    for (Network network : Network.values()) {
      Path directory = folder.resolve(network.name()).resolve("1");
      SavedModelFile.write(network, directory);
      Path onnx = OnnxFile.write(network, folder.resolve(network.name() + ".onnx"));
      subjects.put(
          network,
          new Subject(
              network,
              directory.toString(),
              onnx.toString(),
              expected(directory.toString(), intraOpThreads)));
    }
    return subjects;
  }

  private static float[] expected(String directory, int intraOpThreads) {
    float[] expected = new float[Records.POOL];
    try (TensorFlowScorer scorer = TensorFlowScorer.load(directory, 0, intraOpThreads)) {
      for (int i = 0; i < expected.length; i++) {
        expected[i] = scorer.score(Records.values(i));
      }
    }
    return expected;
  }
}
