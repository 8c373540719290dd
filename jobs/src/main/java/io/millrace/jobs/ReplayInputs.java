package io.millrace.jobs;

import java.io.IOException;
import java.util.List;
import org.apache.flink.connector.file.src.enumerate.DefaultFileFilter;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Finds out, before a model is loaded anywhere, whether there is something to read. */
final class ReplayInputs {
  private static final DefaultFileFilter SHOWN = new DefaultFileFilter();

  private ReplayInputs() {}

  /**
   * Looks for a file of each input, which may be an empty one.
   *
   * @param key that names the inputs
   * @throws IOException if an input does not exist, or cannot be read
   * @throws ConfigurationException if all that an input has is passed over
   */
  static void require(String key, List<Path> inputs) throws IOException, ConfigurationException {
    for (Path input : inputs) {
      FileSystem files = input.getFileSystem();
      if (!files.exists(input)) {
        throw new IOException(key + ": " + input + " does not exist: expected a file or a folder");
      }
      if (!SHOWN.test(input)) {
        throw new ConfigurationException(
            key
                + ": "
                + input
                + " is passed over, as its name begins with '.' or '_': expected another name");
      }
      if (!hasFile(files, files.getFileStatus(input))) {
        throw new ConfigurationException(
            key
                + ": "
                + input
                + " has no file whose name, and whose folders' names, do not begin with '.' or '_':"
                + " expected at least one");
      }
    }
  }

  private static boolean hasFile(FileSystem files, FileStatus status) throws IOException {
    if (!SHOWN.test(status.getPath())) {
      return false;
    }
    if (!status.isDir()) {
      return true;
    }
    for (FileStatus child : files.listStatus(status.getPath())) {
      if (hasFile(files, child)) {
        return true;
      }
    }
    return false;
  }
}
