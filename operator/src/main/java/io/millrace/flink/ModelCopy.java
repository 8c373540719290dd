package io.millrace.flink;

import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Copies a version's files, each hashed and held against the manifest while it is copied. */
final class ModelCopy {
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
   * @throws LocalCopyException if the folder cannot hold them
   * @throws IOException also for a file that changes while it is read
   * @throws ModelException DIGEST_MISMATCH
   */
  String toFolder(Path folder) throws IOException, ModelException {
    try (CopyThread disk = new CopyThread("millrace disk")) {
      return to(
          file -> {
            Path path = folder.resolve(file.path());
            return LocalCopyException.write(path, () -> create(path, disk));
          });
    }
  }

  /** The same, to memory. */
  String toMemory(StagedFiles memory) throws IOException, ModelException {
    return to(file -> memory.create(file.path(), file.size()));
  }

  private static OutputStream create(Path file, CopyThread disk) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return new WriteBehind(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), disk);
  }

  private String to(Target target) throws IOException, ModelException {
    ModelDigest digest = new ModelDigest();
    try (SideHash hash = new SideHash()) {
      for (ModelDirectory.File file : files) {
        MessageDigest sha256 = ModelDigest.sha256();
        long size = copy(file, target, hash, sha256);
        byte[] content = hash.digest(sha256);
        check(file, size, content);
        digest.add(file.path(), size, content);
      }
    }
    return digest.value();
  }

  private void check(ModelDirectory.File file, long size, byte[] content)
      throws IOException, ModelException {
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
  }

  /** Stops behind the listed size: a file may have no end. */
  private long copy(ModelDirectory.File file, Target target, SideHash hash, MessageDigest sha256)
      throws IOException {
    long size = 0;
    try (InputStream in = directory.read(file);
        OutputStream out = target.create(file)) {
      int n = SideHash.BUFFER_BYTES;
      while (n == SideHash.BUFFER_BYTES && size <= file.size()) {
        byte[] buffer = hash.nextBuffer();
        n = in.readNBytes(buffer, 0, buffer.length);
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException();
        }
        hash.update(sha256, n);
        out.write(buffer, 0, n);
        size += n;
      }
    }
    return size;
  }
}
