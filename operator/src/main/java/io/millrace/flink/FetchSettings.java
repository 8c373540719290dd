package io.millrace.flink;

import io.millrace.model.ModelStore;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How versions are fetched.
 *
 * @param stableFor how long a version without a manifest must not change
 */
record FetchSettings(Duration stableFor) implements Serializable {
  /**
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  static FetchSettings of(ReadableConfig config) {
    return new FetchSettings(LowerBounds.atLeastOneMilli(config, InferenceOptions.STABLE_FOR));
  }

  /**
   * The store that a task uses.
   *
   * @param roots below which models may lie
   * @param temporary the TaskManager's folder for temporary files
   * @param refining what else is asked of it
   */
  ModelStore store(
      List<String> roots, Path temporary, UnaryOperator<FileSystemModelStore> refining) {
    String user = System.getProperty("user.name");
    Path copies = temporary.resolve("millrace-models-" + user);
    FileSystemModelStore remote =
        FileSystemModelStore.of(roots, copies)
            .with(new UploadCheck(stableFor, FetchSettings::sleep));
    return refining.apply(remote);
  }

  private static void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis());
  }
}
