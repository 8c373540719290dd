package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelSize;
import io.millrace.probe.MemoryRoom;
import io.millrace.serving.MemoryDemand;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What the container, or else the machine, has left for a model whose files are in memory while it
 * is loaded. A version that needs more would not fail: the kernel would end the process.
 */
final class FreeMemory {
  private FreeMemory() {}

  /**
   * @param name of the version in messages
   * @throws ModelException TOO_LARGE with the sizes
   */
  static void require(String name, ModelSize size) throws ModelException {
    require(name, size, bytes());
  }

  static void require(String name, ModelSize size, long free) throws ModelException {
    // TensorFlow itself is there already, or fits beside any model that is worth a look.
    long needed = new MemoryDemand(size, 1, 1, true).bytes() - MemoryDemand.TENSORFLOW_BYTES;
    if (needed > free) {
      throw new ModelException(
          ModelReason.TOO_LARGE,
          name
              + " has "
              + MemoryDemand.mebibytes(size.graphBytes())
              + " of graph and "
              + MemoryDemand.mebibytes(size.otherBytes())
              + " of other files, and takes "
              + MemoryDemand.mebibytes(needed)
              + " while it is loaded from memory, but "
              + MemoryDemand.mebibytes(free)
              + " are free: expected more, or files on disk ("
              + InferenceOptions.STAGING.key()
              + ": disk)");
    }
  }

  /** As much as the system says; any amount where it does not say. */
  static long bytes() {
    try {
      return MemoryRoom.of(Path.of("/")).free();
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
