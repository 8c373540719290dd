package io.millrace.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A version's files, wherever they are: paths are relative to the version's directory, with '/'.
 *
 * <pre>{@code
 * try (InputStream in = files.content().open("assets.extra/golden.json")) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public sealed interface ModelContent permits ModelContent.Folder, ModelMemory {

  /** The version as messages name it: its directory, or where its bytes came from. */
  String name();

  /** One of its files as messages name it. */
  default String name(String path) {
    return name() + "/" + path;
  }

  /**
   * The paths of all files that are there.
   *
   * @throws IOException if they cannot be listed
   */
  List<String> paths() throws IOException;

  /** Whether there is such a file; a directory is none. */
  boolean contains(String path);

  /**
   * The bytes of a file.
   *
   * @throws IOException if there is no such file
   */
  long size(String path) throws IOException;

  /**
   * The content of a file, from its beginning; the caller closes it.
   *
   * @throws IOException if there is no such file
   */
  InputStream open(String path) throws IOException;

  /** Files in a local directory. */
  record Folder(Path directory) implements ModelContent {
    public Folder {
      Objects.requireNonNull(directory, "directory");
    }

    @Override
    public String name() {
      return directory.toString();
    }

    @Override
    public List<String> paths() throws IOException {
      try (Stream<Path> files = Files.walk(directory)) {
        return files
            .filter(Files::isRegularFile)
            .map(file -> directory.relativize(file).toString())
            .sorted()
            .toList();
      }
    }

    @Override
    public boolean contains(String path) {
      return Files.isRegularFile(directory.resolve(path));
    }

    @Override
    public long size(String path) throws IOException {
      return Files.size(directory.resolve(path));
    }

    @Override
    public InputStream open(String path) throws IOException {
      return Files.newInputStream(directory.resolve(path));
    }
  }
}
