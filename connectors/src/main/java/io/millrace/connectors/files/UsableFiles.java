package io.millrace.connectors.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.jspecify.annotations.Nullable;

/** Finds files that a job would fail at. */
final class UsableFiles {
  /** What an object store answers takes long, and little of anything else. */
  private static final int AT_A_TIME = 16;

  private UsableFiles() {}

  /**
   * Opens them all.
   *
   * @param files each as one split
   * @throws IOException for the first one in their order that is of no use, or if one cannot be
   *     read
   */
  static void require(LocatedFormat format, Collection<FileSourceSplit> files) throws IOException {
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
      threads.shutdownNow();
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
    for (Future<@Nullable UnusableFileException> file : opened) {
      UnusableFileException problem = get(file);
      if (problem != null) {
        first = first == null ? problem : first;
        unusable++;
      }
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

  private static @Nullable UnusableFileException get(Future<@Nullable UnusableFileException> file)
      throws IOException {
    try {
      return file.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while files were opened", e);
    }
  }
}
