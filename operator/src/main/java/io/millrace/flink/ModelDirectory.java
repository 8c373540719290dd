package io.millrace.flink;

import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory read through Flink's file systems; what goes wrong comes out as NOT_FOUND,
 * FETCH_FAILED or InterruptedException.
 */
final class ModelDirectory {
  /** SavedModels are three deep; a link that leads back to itself has no end. */
  private static final int MAX_DEPTH = 16;

  /**
   * @param path relative to the directory, with '/'
   * @param modified when it was written, in milliseconds and by the store's clock
   */
  record File(String path, long size, long modified, Path location) {}

  private final ModelLocation location;
  private final FileSystem fileSystem;

  private ModelDirectory(ModelLocation location, FileSystem fileSystem) {
    this.location = location;
    this.fileSystem = fileSystem;
  }

  /**
   * @param expected what should be there, for the message of NOT_FOUND
   */
  static ModelDirectory open(ModelLocation location, String expected)
      throws ModelException, InterruptedException {
    try {
      Path path = location.toFlinkPath();
      FileSystem fileSystem = path.getFileSystem();
      if (!fileSystem.getFileStatus(path).isDir()) {
        throw notFound(location + " is a file: expected " + expected, null);
      }
      return new ModelDirectory(location, fileSystem);
    } catch (FileNotFoundException e) {
      throw notFound(location + " does not exist: expected " + expected, e);
    } catch (IOException e) {
      throw failure(location, e);
    }
  }

  /** What lies in the directory itself. */
  List<FileStatus> children() throws ModelException, InterruptedException {
    try {
      return list(location.toFlinkPath());
    } catch (IOException e) {
      throw failure(location, e);
    }
  }

  /** All files at any depth, sorted by path, but what a write of the manifest left behind. */
  List<File> files() throws ModelException, InterruptedException {
    List<File> files = new ArrayList<>();
    try {
      collect(location.toFlinkPath(), "", 0, files);
    } catch (IOException e) {
      throw failure(location, e);
    }
    files.removeIf(file -> file.path().equals(Manifest.PART_FILE_NAME));
    files.sort(Comparator.comparing(File::path));
    return files;
  }

  InputStream read(File file) throws IOException {
    return fileSystem.open(file.location());
  }

  private void collect(Path directory, String prefix, int depth, List<File> files)
      throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException(
          "directories nested more than " + MAX_DEPTH + " deep at '" + prefix + "'");
    }
    for (FileStatus status : list(directory)) {
      String name = status.getPath().getName();
      if (name.isEmpty() || name.equals("..") || name.chars().anyMatch(Character::isISOControl)) {
        throw new IOException(
            "unusable file name in '" + prefix + "': expected printable characters");
      }
      if (status.isDir()) {
        collect(status.getPath(), prefix + name + "/", depth + 1, files);
      } else {
        files.add(
            new File(
                prefix + name, status.getLen(), status.getModificationTime(), status.getPath()));
      }
    }
  }

  /** Some file systems answer null for an empty directory. */
  private List<FileStatus> list(Path directory) throws IOException {
    FileStatus @Nullable [] statuses = fileSystem.listStatus(directory);
    return statuses == null ? List.of() : List.of(statuses);
  }

  private static ModelException notFound(String message, @Nullable Throwable cause) {
    return new ModelException(ModelReason.NOT_FOUND, message, cause);
  }

  /**
   * FETCH_FAILED.
   *
   * @throws InterruptedException instead, where that is what the failure means
   */
  static ModelException failure(ModelLocation location, IOException e) throws InterruptedException {
    throwIfInterrupted(location, e);
    String what =
        e instanceof LocalCopyException
            ? "cannot copy " + location + " to this machine: " + e.getMessage()
            : "cannot read " + location + ": " + e;
    return new ModelException(ModelReason.FETCH_FAILED, firstLine(what), e);
  }

  /**
   * @param what was read
   * @throws InterruptedException if that is what the failure means
   */
  static void throwIfInterrupted(Object what, IOException e) throws InterruptedException {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      // Exactly this class: its subclasses are time-outs.
      if (cause instanceof ClosedByInterruptException
          || cause.getClass() == InterruptedIOException.class
          || cause instanceof InterruptedException) {
        throw interrupted(what, e);
      }
    }
    if (Thread.interrupted()) {
      throw interrupted(what, e);
    }
  }

  private static InterruptedException interrupted(Object what, IOException cause) {
    Thread.interrupted();
    InterruptedException interrupted =
        new InterruptedException("interrupted while reading " + what);
    interrupted.initCause(cause);
    return interrupted;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse(text);
  }
}
