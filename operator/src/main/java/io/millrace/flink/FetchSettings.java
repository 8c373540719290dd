package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import io.millrace.serving.Backoff;
import io.millrace.serving.RetryingModelStore;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How versions are fetched.
 *
 * @param stableFor how long a version without a manifest must not change
 * @param directory on the machine's own disk, an absolute path; null for that of temporary files
 * @param cacheBytes what the versions that are kept on the disk may take
 */
record FetchSettings(
    int retries,
    Duration firstRetry,
    Duration longestRetry,
    Duration stableFor,
    @Nullable String directory,
    long cacheBytes)
    implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(FetchSettings.class);

  /**
   * @throws IllegalArgumentException naming key, value and what is allowed
   */
  static FetchSettings of(ReadableConfig config) {
    Duration first = LowerBounds.atLeastOneMilli(config, InferenceOptions.LOAD_RETRY_INTERVAL);
    Duration longest = config.get(InferenceOptions.MAX_LOAD_RETRY_INTERVAL);
    if (longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "%s is %s: expected at least %s, which is %s"
              .formatted(
                  InferenceOptions.MAX_LOAD_RETRY_INTERVAL.key(),
                  TimeUtils.formatWithHighestUnit(longest),
                  InferenceOptions.LOAD_RETRY_INTERVAL.key(),
                  TimeUtils.formatWithHighestUnit(first)));
    }
    return new FetchSettings(
        LowerBounds.atLeast(config, InferenceOptions.MAX_NUM_LOAD_RETRIES, 0),
        first,
        longest,
        LowerBounds.atLeastOneMilli(config, InferenceOptions.STABLE_FOR),
        directory(config),
        config.get(InferenceOptions.CACHE_SIZE).getBytes());
  }

  private static @Nullable String directory(ReadableConfig config) {
    String directory = config.getOptional(InferenceOptions.LOCAL_DIRECTORY).orElse(null);
    if (directory != null && !Path.of(directory).isAbsolute()) {
      throw new IllegalArgumentException(
          InferenceOptions.LOCAL_DIRECTORY.key()
              + " is '"
              + directory
              + "': expected an absolute path on the TaskManagers' machines");
    }
    return directory;
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
    Path folder = (directory == null ? temporary : Path.of(directory)).toAbsolutePath();
    String user = System.getProperty("user.name");
    Path copies = folder.resolve("millrace-models-" + user);
    Path cache = folder.resolve("millrace-cache-" + user);
    FileSystemModelStore remote =
        FileSystemModelStore.of(roots, copies)
            .with(new UploadCheck(stableFor, FetchSettings::sleep));
    FileSystemModelStore refined = refining.apply(remote);
    ModelStore once = refined.usesDisk() ? refined.cachedIn(cache, cacheBytes) : refined;
    return new RetryingModelStore(
        once,
        new Backoff(retries, firstRetry, longestRetry),
        FetchSettings::mayPass,
        () -> ThreadLocalRandom.current().nextLong(),
        FetchSettings::pause);
  }

  /** Whether the same fetch may succeed a little later. */
  static boolean mayPass(ModelException failure) {
    return failure.reason() == ModelReason.FETCH_FAILED
        && ExceptionUtils.findThrowable(failure, UnsupportedFileSystemSchemeException.class)
            .isEmpty();
  }

  private static void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis());
  }

  private static void pause(int retry, Duration delay, ModelException failure)
      throws InterruptedException {
    if (retry == 1) {
      LOG.warn("Trying again in {} ms: {}", delay.toMillis(), failure.getMessage());
    } else {
      LOG.debug("Retry {} in {} ms", retry, delay.toMillis(), failure);
    }
    sleep(delay);
  }
}
