package io.millrace.flink;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/**
 * A file that is written under a name of its own, and gets the one that it is read by once whole.
 */
record PartFile(FileSystem fileSystem, Path path) {

  void write(byte[] content, WriteMode mode) throws IOException {
    try (OutputStream out = fileSystem.create(path, mode)) {
      out.write(content);
    }
  }

  void moveTo(Path target) throws IOException {
    rename(fileSystem, path, target);
  }

  static void rename(FileSystem fileSystem, Path from, Path to) throws IOException {
    if (!fileSystem.rename(from, to)) {
      throw new IOException(from + " cannot be renamed to " + to.getName());
    }
  }

  /** Deletes what there is of it. */
  IOException without(IOException failure) {
    try {
      fileSystem.delete(path, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
