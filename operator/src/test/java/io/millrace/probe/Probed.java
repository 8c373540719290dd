package io.millrace.probe;

import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.OpsPolicy;
import io.millrace.serving.WarmUp.BatchDimension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import org.junit.jupiter.api.Assertions;

/** Probes models that lie in a directory. */
final class Probed {
  private Probed() {}

  static ProbeSettings settings(Duration timeout) {
    return new ProbeSettings(
        // What is tried out here would not come as far as the probe.
        LoadOptions.DEFAULT.withOpsPolicy(OpsPolicy.OFF),
        new HashMap<>(),
        BatchDimension.FIND_OUT,
        BatchSizes.upTo(32),
        timeout);
  }

  /** The directory stands for the digest: verdicts are remembered, and tests share the process. */
  static ModelFiles files(Path directory) {
    return new ModelFiles(directory, "sha256:" + directory, 0, () -> {});
  }

  static void require(Path directory, ProbeSettings settings)
      throws ModelException, InterruptedException {
    new ModelProbe(settings).require(files(directory));
  }

  /** The exception that probing throws. */
  static ModelException refusal(Path directory, ProbeSettings settings) {
    return Assertions.assertThrows(ModelException.class, () -> require(directory, settings));
  }
}
