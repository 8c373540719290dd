package io.millrace.probe;

import io.millrace.model.BatchSizes;
import io.millrace.model.LoadOptions;
import io.millrace.serving.WarmUp.BatchDimension;
import io.millrace.tensor.Shape;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

/**
 * How the job is going to load and run a version, which the probe does before it.
 *
 * @param inputShapes shapes that the signature leaves open and the job states, by input
 * @param batchSizes how many rows a run may have
 * @param timeout after which the probe is killed, the start of its JVM included
 */
public record ProbeSettings(
    LoadOptions loadOptions,
    Map<String, Shape> inputShapes,
    BatchDimension batchDimension,
    BatchSizes batchSizes,
    Duration timeout)
    implements Serializable {

  /** Copies the shapes. */
  public ProbeSettings {
    inputShapes = Map.copyOf(inputShapes);
  }
}
