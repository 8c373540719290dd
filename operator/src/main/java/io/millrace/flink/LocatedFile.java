package io.millrace.flink;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** A small file on any file system that Flink reads. */
public final class LocatedFile {
  private LocatedFile() {}

  /**
   * Reads it whole.
   *
   * @param location a path or a URI
   * @throws IllegalArgumentException if it is neither, or has credentials in it
   * @throws IOException in one line, if there is no such file, it cannot be read, or has more than
   *     {@code maxBytes}
   */
  public static byte[] read(String location, int maxBytes) throws IOException {
    ModelLocation checked = ModelLocation.of(ModelLocation.parse(location));
    Path path = checked.toFlinkPath();
    try {
      FileSystem files = path.getFileSystem();
      try (InputStream in = files.open(path)) {
        byte[] bytes = in.readNBytes(maxBytes + 1);
        if (bytes.length > maxBytes) {
          throw new IOException(checked + " is larger than " + maxBytes + " bytes");
        }
        return bytes;
      }
    } catch (FileNotFoundException e) {
      throw new IOException(checked + " does not exist", e);
    }
  }
}
