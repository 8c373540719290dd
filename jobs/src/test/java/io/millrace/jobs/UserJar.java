package io.millrace.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Copies of the job jar with one entry more. */
final class UserJar {
  private UserJar() {}

  /** With {@link ForeignJob}, as a user's jar that holds Millrace and a job of its own. */
  static Path withForeignJob(Path copy) throws IOException {
    String entry = ForeignJob.class.getName().replace('.', '/') + ".class";
    try (InputStream in =
        Objects.requireNonNull(ForeignJob.class.getResourceAsStream("ForeignJob.class"))) {
      return with(copy, entry, in.readAllBytes());
    }
  }

  /** With a class of TensorFlow's name, as where its scope was left at compile. */
  static Path withTensorFlow(Path copy) throws IOException {
    return with(copy, "org/tensorflow/Graph.class", new byte[1]);
  }

  private static Path with(Path copy, String entry, byte[] content) throws IOException {
    Files.copy(ClusterBench.JOB_JAR, copy);
    try (FileSystem zip = FileSystems.newFileSystem(copy)) {
      Path added = zip.getPath(entry);
      Files.createDirectories(added.getParent());
      Files.write(added, content);
    }
    return copy;
  }
}
