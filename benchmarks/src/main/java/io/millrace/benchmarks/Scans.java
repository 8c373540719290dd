package io.millrace.benchmarks;

import io.millrace.model.ModelException;
import io.millrace.model.OpsPolicy;
import io.millrace.tensorflow.ModelScan;
import io.millrace.testing.models.HostileModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a version costs before it is loaded: a scan of a graph of 50 MB, of 100,000 nodes. */
final class Scans {
  private static final int BYTES = 50 << 20;
  private static final int NODES = 100_000;
  private static final int ROUNDS = 5;

  private Scans() {}

  /**
   * The milliseconds of each scan; the first is a cold one.
   *
   * @param folder takes the model
   */
  static Spread measure(Path folder) throws ModelException {
    Path model = HostileModels.large(folder.resolve("large"), BYTES, NODES);
    List<Double> millis = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      ModelScan scan = ModelScan.of(model, null, OpsPolicy.STANDARD);
      millis.add((System.nanoTime() - start) / 1e6);
      if (scan.isAccepted()) {
        throw new IllegalStateException(
            "the scan of " + model + " has not found '" + HostileModels.NODE + "'");
      }
    }
    return Spread.of(millis);
  }
}
