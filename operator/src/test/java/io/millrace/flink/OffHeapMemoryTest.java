package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.Sharing;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.ModelSize;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.taskexecutor.TaskExecutorResourceUtils;
import org.junit.jupiter.api.Test;

class OffHeapMemoryTest {
  private static final ModelSize FIFTY = new ModelSize(0, (400 << 20) / 9);

  /** The keys that Flink's scripts pass to every TaskManager that they start. */
  static Configuration taskManager(int slots, String offHeap) {
    Configuration config = new Configuration();
    config.set(TaskManagerOptions.CPU_CORES, 2.0);
    config.set(TaskManagerOptions.TASK_HEAP_MEMORY, MemorySize.parse("1g"));
    config.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.parse(offHeap));
    config.set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
    return config;
  }

  private static OffHeapMemory memory(int slots, String offHeap) {
    return OffHeapMemory.of(taskManager(slots, offHeap)).orElseThrow();
  }

  @Test
  void of_flinkInsideAnotherJvm_hasNoLimit() {
    Configuration local = new Configuration();
    assertThat(OffHeapMemory.of(local)).isEmpty();
    // As a Flink that runs in another JVM reads the configuration of a cluster.
    local.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.parse("1m"));
    assertThat(OffHeapMemory.of(TaskExecutorResourceUtils.adjustForLocalExecution(local)))
        .isEmpty();
  }

  @Test
  void of_aProcessWithFlinksDefault_hasNothing() {
    assertThat(memory(4, "0 bytes").bytes()).isZero();
    assertThat(memory(4, "0 bytes").slots()).isEqualTo(4);
  }

  @Test
  void shortfall_enoughForEverySlot_isNone() {
    assertThat(memory(4, "720m").shortfall("m", FIFTY, 2, Sharing.SLOT, 4)).isEmpty();
    assertThat(memory(4, "719m").shortfall("m", FIFTY, 2, Sharing.SLOT, 4)).isPresent();
  }

  @Test
  void shortfall_filesInMemory_countBesideTheModels() {
    ModelSize eight = new ModelSize(0, 8 << 20);
    assertThat(memory(4, "424m").shortfall("m", eight, 2, Sharing.SLOT, Staging.MEMORY, 4))
        .isEmpty();
    assertThat(memory(4, "423m").shortfall("m", eight, 2, Sharing.SLOT, Staging.MEMORY, 4))
        .get()
        .asString()
        .contains("2 versions x 4 slots x 9m, 4 x 8m of files in memory and 320m");
  }

  @Test
  void shortfall_fewerSubtasksThanSlots_countsThoseThatLoad() {
    assertThat(memory(4, "420m").shortfall("m", FIFTY, 2, Sharing.SLOT, 1)).isEmpty();
    assertThat(memory(4, "420m").shortfall("m", FIFTY, 2, Sharing.SLOT, 2)).isPresent();
  }

  @Test
  void shortfall_sharedByTheTaskManager_countsOneLoad() {
    assertThat(memory(4, "420m").shortfall("m", FIFTY, 2, Sharing.TASK_MANAGER, 4)).isEmpty();
    assertThat(memory(4, "419m").shortfall("m", FIFTY, 2, Sharing.TASK_MANAGER, 4)).isPresent();
  }

  @Test
  void shortfall_message_saysWhatIsThereWhatIsNeededAndWhere() {
    assertThat(memory(4, "128m").shortfall("/models/7", FIFTY, 2, Sharing.SLOT, 4))
        .get()
        .asString()
        .contains(
            "taskmanager.memory.task.off-heap.size",
            "this TaskManager is 128m",
            "at least 720m",
            "/models/7",
            "2 versions x 4 slots x 50m and 320m",
            "model.sharing: task-manager");
    assertThat(memory(4, "0 bytes").shortfall("/models/7", FIFTY, 1, Sharing.TASK_MANAGER, 4))
        .get()
        .asString()
        .contains("is 0m (Flink's default)", "1 version x 1 load")
        .doesNotContain("model.sharing");
  }
}
