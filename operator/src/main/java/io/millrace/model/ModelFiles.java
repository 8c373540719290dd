package io.millrace.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A version's files in a local directory. Whoever got them closes them; a loaded model needs them
 * no longer than its {@code load} call, except for assets that it reads lazily, so the holder of
 * the model keeps the files until the model is closed.
 */
public final class ModelFiles implements AutoCloseable {
  private final Path directory;
  private final String digest;
  private final long bytes;
  private final Runnable release;

  /**
   * @param directory an absolute local path
   * @param digest {@code sha256:...} over the files, as the manifest defines it
   * @param bytes the size of all files
   * @param release called by {@link #close}; must be idempotent
   */
  public ModelFiles(Path directory, String digest, long bytes, Runnable release) {
    this.directory = Objects.requireNonNull(directory, "directory");
    this.digest = Objects.requireNonNull(digest, "digest");
    this.bytes = bytes;
    this.release = Objects.requireNonNull(release, "release");
  }

  /** The version's directory: the one that holds {@code saved_model.pb}. */
  public Path directory() {
    return directory;
  }

  /** {@code sha256:...} over the files. */
  public String digest() {
    return digest;
  }

  /** The size of all files. */
  public long bytes() {
    return bytes;
  }

  /**
   * How large those are that TensorFlow reads.
   *
   * @throws IOException if they cannot be listed
   */
  public ModelSize size() throws IOException {
    ModelSize size = ModelSize.NONE;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        size = size.plus(directory.relativize(file).toString(), Files.size(file));
      }
    }
    return size;
  }

  /**
   * The content of one of the files, for those that are read whole.
   *
   * @param path relative to the version's directory, with '/'
   * @return empty if there is no such file
   * @throws IOException if it cannot be read, or is larger than {@code maxBytes}
   */
  public Optional<byte[]> read(String path, long maxBytes) throws IOException {
    Path file = directory.resolve(path);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    long size = Files.size(file);
    if (size > maxBytes) {
      throw new IOException(size + " bytes: expected at most " + maxBytes);
    }
    return Optional.of(Files.readAllBytes(file));
  }

  /** Lets go of the directory, deleting it where it is a private copy. Idempotent. */
  @Override
  public void close() {
    release.run();
  }
}
