package io.millrace.flink;

import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.ModelSize;
import io.millrace.serving.MemoryDemand;
import java.util.Optional;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * The native memory that Flink leaves to the tasks of one TaskManager, all of which is TensorFlow's
 * here.
 *
 * @param taskManager as messages name it
 * @param bytes {@code taskmanager.memory.task.off-heap.size}
 * @param slots of the TaskManager
 */
public record OffHeapMemory(String taskManager, long bytes, int slots) {

  /** What Flink puts in place of the cores and the heap where it runs inside another JVM. */
  private static final double CORES_OF_LOCAL_EXECUTION = 1_000_000;

  private static final MemorySize HEAP_OF_LOCAL_EXECUTION = MemorySize.parse("1 tb");

  /**
   * That of the TaskManager with this configuration; empty inside another JVM, whose memory Flink
   * does not divide.
   */
  static Optional<OffHeapMemory> of(ReadableConfig taskManager) {
    double cores = taskManager.getOptional(TaskManagerOptions.CPU_CORES).orElse(Double.MAX_VALUE);
    MemorySize heap =
        taskManager.getOptional(TaskManagerOptions.TASK_HEAP_MEMORY).orElse(MemorySize.MAX_VALUE);
    if (cores >= CORES_OF_LOCAL_EXECUTION || heap.compareTo(HEAP_OF_LOCAL_EXECUTION) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new OffHeapMemory(
            "this TaskManager",
            taskManager.get(TaskManagerOptions.TASK_OFF_HEAP_MEMORY).getBytes(),
            taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS)));
  }

  /**
   * Says what is missing for a model.
   *
   * @param location of the model
   * @param versions loaded at once
   * @param parallelism of the operator that loads it
   * @return empty if nothing is
   */
  public Optional<String> shortfall(
      String location, ModelSize size, int versions, Sharing sharing, int parallelism) {
    return shortfall(location, size, versions, sharing, Staging.DISK, parallelism);
  }

  /**
   * The same.
   *
   * @param staging where the files are while they are loaded
   */
  public Optional<String> shortfall(
      String location,
      ModelSize size,
      int versions,
      Sharing sharing,
      Staging staging,
      int parallelism) {
    int holders = sharing == Sharing.TASK_MANAGER ? 1 : Math.max(1, Math.min(slots, parallelism));
    MemoryDemand demand = new MemoryDemand(size, versions, holders, staging == Staging.MEMORY);
    if (bytes >= demand.bytes()) {
      return Optional.empty();
    }
    return Optional.of(
        TaskManagerOptions.TASK_OFF_HEAP_MEMORY.key()
            + " of "
            + taskManager
            + " is "
            + MemoryDemand.mebibytes(bytes)
            + (bytes == 0 ? " (Flink's default)" : "")
            + ": expected at least "
            + MemoryDemand.mebibytes(demand.bytes())
            + " for "
            + location
            + ", which is "
            + demand.terms()
            + "; set it in the TaskManagers' config.yaml and restart them"
            + (holders > 1 ? ", or load the model once with model.sharing: task-manager" : "")
            + (versions > 1 && sharing == Sharing.SLOT
                ? ", or close a version before the next is loaded with model.overlap: unload-first"
                : ""));
  }
}
