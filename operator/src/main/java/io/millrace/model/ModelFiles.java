package io.millrace.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A version's files: in a local directory, or in memory. Whoever got them closes them; a loaded
 * model needs them no longer than its {@code load} call, except for assets that it reads lazily, so
 * the holder of the model keeps the files until the model is closed. What was fetched into memory
 * is loaded once: see {@link ModelMemory}.
 */
public final class ModelFiles implements AutoCloseable {
  private final ModelContent content;
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
    this(new ModelContent.Folder(directory), digest, bytes, release);
  }

  /** Takes over files in memory. */
  public ModelFiles(ModelMemory memory, String digest) {
    this(memory, digest, memory.bytes(), memory::close);
  }

  private ModelFiles(ModelContent content, String digest, long bytes, Runnable release) {
    this.content = content;
    this.digest = Objects.requireNonNull(digest, "digest");
    this.bytes = bytes;
    this.release = Objects.requireNonNull(release, "release");
  }

  /** What the files hold, wherever they are. */
  public ModelContent content() {
    return content;
  }

  /**
   * The version's directory: the one that holds {@code saved_model.pb}.
   *
   * @throws IllegalStateException if the files are in memory
   */
  public Path directory() {
    if (content instanceof ModelContent.Folder folder) {
      return folder.directory();
    }
    throw new IllegalStateException(
        content.name() + " is in memory: expected files in a directory; read them by content()");
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
   * How large those are that TensorFlow reads, before it has taken over what is in memory.
   *
   * @throws IOException if they cannot be listed
   */
  public ModelSize size() throws IOException {
    ModelSize size = ModelSize.NONE;
    for (String path : content.paths()) {
      size = size.plus(path, content.size(path));
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
    if (!content.contains(path)) {
      return Optional.empty();
    }
    long size = content.size(path);
    if (size > maxBytes) {
      throw new IOException(size + " bytes: expected at most " + maxBytes);
    }
    try (InputStream in = content.open(path)) {
      return Optional.of(in.readAllBytes());
    }
  }

  /** Lets go of the files, deleting a directory that is a private copy. Idempotent. */
  @Override
  public void close() {
    release.run();
  }
}
