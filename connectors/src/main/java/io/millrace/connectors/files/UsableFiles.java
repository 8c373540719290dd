package io.millrace.connectors.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.ExecutorUtils;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds files that a job would fail at. */
final class UsableFiles {
  /** What an object store answers takes long, and little of anything else. */
  private static final int AT_A_TIME = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(UsableFiles.class);

  private UsableFiles() {}

  /**
   * Opens them all.
   *
   * @param files each as one split
   * @throws IOException for the first one in their order that is of no use, or if one cannot be
   *     read
   */
  static void require(LocatedFormat format, Collection<FileSourceSplit> files) throws IOException {
    LOG.info("Opening {} files of the input before the job runs", files.size());
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(AT_A_TIME, Math.max(1, files.size())),
            new ExecutorThreadFactory("millrace file check"));
    try {
      List<Future<@Nullable UnusableFileException>> opened = new ArrayList<>();
      for (FileSourceSplit file : files) {
        opened.add(threads.submit(() -> problem(format, file)));
      }
      report(opened);
    } finally {
      ExecutorUtils.gracefulShutdown(PATIENCE.toMillis(), TimeUnit.MILLISECONDS, threads);
    }
  }

  private static @Nullable UnusableFileException problem(LocatedFormat format, FileSourceSplit file)
      throws IOException {
    try (LocatedReader reader = format.createReader(new Configuration(), file)) {
      reader.requireUsable();
      return null;
    } catch (UnusableFileException e) {
      return e;
    }
  }

  private static void report(List<Future<@Nullable UnusableFileException>> opened)
      throws IOException {
    UnusableFileException first = null;
    int unusable = 0;
    try {
      for (Future<@Nullable UnusableFileException> file : opened) {
        UnusableFileException problem = file.get();
        if (problem != null) {
          first = first == null ? problem : first;
          unusable++;
        }
      }
    } catch (ExecutionException e) {
      cancel(opened);
      if (first == null || e.getCause() instanceof Error) {
        ExceptionUtils.rethrowIOException(e.getCause());
      } else {
        first.addSuppressed(e.getCause());
      }
    } catch (InterruptedException e) {
      cancel(opened);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were opened");
    }
    if (first != null) {
      throw unusable == 1
          ? first
          : new IOException(
              "%s (%d of %d files are of no use, of which this is the first)"
                  .formatted(first.getMessage(), unusable, opened.size()),
              first);
    }
  }

  private static void cancel(List<Future<@Nullable UnusableFileException>> opened) {
    opened.forEach(file -> file.cancel(true));
  }
}
