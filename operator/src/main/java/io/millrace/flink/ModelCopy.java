package io.millrace.flink;

import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Copies a version's files, each hashed and held against the manifest while it is copied. */
final class ModelCopy {
  private static final int BUFFER_BYTES = 1 << 18;

  private final ModelDirectory directory;
  private final List<ModelDirectory.File> files;
  private final @Nullable ManifestCheck manifest;

  /** Where the copies go. */
  private interface Target {
    OutputStream create(ModelDirectory.File file) throws IOException;
  }

  /**
   * @param files those to copy
   * @param manifest what they should be, or null
   */
  ModelCopy(
      ModelDirectory directory, List<ModelDirectory.File> files, @Nullable ManifestCheck manifest) {
    this.directory = directory;
    this.files = files;
    this.manifest = manifest;
  }

  /**
   * @param folder an empty one
   * @return the digest of the files
   * @throws IOException also for a file that changes while it is read
   * @throws ModelException DIGEST_MISMATCH
   */
  String toFolder(Path folder) throws IOException, ModelException {
    return to(file -> create(folder.resolve(file.path())));
  }

  /** The same, to memory. */
  String toMemory(StagedFiles memory) throws IOException, ModelException {
    return to(file -> memory.create(file.path(), file.size()));
  }

  private static OutputStream create(Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
  }

  private String to(Target target) throws IOException, ModelException {
    ModelDigest digest = new ModelDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (ModelDirectory.File file : files) {
      MessageDigest sha256 = ModelDigest.sha256();
      long size = copy(file, target, buffer, sha256);
      byte[] content = sha256.digest();
      if (manifest != null) {
        manifest.requireContent(file.path(), size, content);
      } else if (size != file.size()) {
        throw new IOException(
            "'"
                + file.path()
                + "' changed while it was read: listed with "
                + file.size()
                + " bytes, read "
                + size);
      }
      digest.add(file.path(), size, content);
    }
    return digest.value();
  }

  /** Stops behind the listed size: a file may have no end. */
  private long copy(ModelDirectory.File file, Target target, byte[] buffer, MessageDigest sha256)
      throws IOException {
    long size = 0;
    try (InputStream in = directory.read(file);
        OutputStream out = target.create(file)) {
      for (int n = in.read(buffer); n >= 0 && size <= file.size(); n = in.read(buffer)) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException();
        }
        out.write(buffer, 0, n);
        sha256.update(buffer, 0, n);
        size += n;
      }
    }
    return size;
  }
}
