package io.millrace.testing.processes;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The folders of jars that are the class paths of child JVMs. */
final class ProcessJars {
  static final String PROPERTY = "millrace.processes";

  private ProcessJars() {}

  /** The folder of one process below the one that the build names. */
  static Path folder(String process) {
    @Nullable String root = System.getProperty(PROPERTY);
    if (root == null) {
      throw new IllegalStateException(
          "system property '"
              + PROPERTY
              + "' is not set: expected the folder that holds '"
              + process
              + "', as the build sets it");
    }
    Path folder = Path.of(root, process);
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException(
          "no folder "
              + folder
              + ": expected the jars of '"
              + process
              + "'; 'mvn generate-resources' fetches them");
    }
    return folder;
  }
}
