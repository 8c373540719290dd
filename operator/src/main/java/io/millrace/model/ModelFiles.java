package io.millrace.model;

import java.nio.file.Path;
import java.util.Objects;

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

  /** Lets go of the directory, deleting it where it is a private copy. Idempotent. */
  @Override
  public void close() {
    release.run();
  }
}
