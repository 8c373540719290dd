package io.millrace.probe;

import java.nio.file.Path;
import java.time.Duration;

/** A JVM that probes the model of its argument, and does nothing else. */
final class ProbingParent {
  private ProbingParent() {}

  public static void main(String[] args) throws Exception {
    Probed.require(Path.of(args[0]), Probed.settings(Duration.ofHours(1)));
  }
}
