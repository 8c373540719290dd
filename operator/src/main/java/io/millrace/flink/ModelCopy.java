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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Copies a version's files, each hashed and held against the manifest while it is copied. */
final class ModelCopy {
  private final ModelDirectory directory;
  private final List<ModelDirectory.File> files;
  private final @Nullable ManifestCheck manifest;

  /** Where the copies go. */
  private interface Target {
    OutputStream create(ModelDirectory.File file) throws IOException;

    /** The file is whole, and closed. */
    default void written(ModelDirectory.File file) {}
  }

  /** A folder, and the thread that has its files on the disk while the next one is copied. */
  private static final class Folder implements Target {
    private final Path folder;
    private final CopyThread disk;
    private final boolean toStay;
    private final List<Future<@Nullable Void>> onDisk = new ArrayList<>();

    Folder(Path folder, CopyThread disk, boolean toStay) {
      this.folder = folder;
      this.disk = disk;
      this.toStay = toStay;
    }

    @Override
    public OutputStream create(ModelDirectory.File file) throws IOException {
      Path path = folder.resolve(file.path());
      return LocalCopyException.write(path, () -> open(path));
    }

    private OutputStream open(Path path) throws IOException {
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      return new WriteBehind(
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), disk);
    }

    @Override
    public void written(ModelDirectory.File file) {
      if (toStay) {
        Path path = folder.resolve(file.path());
        onDisk.add(disk.submit(() -> sync(path)));
      }
    }

    private static @Nullable Void sync(Path path) throws IOException {
      try {
        VersionFolder.sync(path);
        return null;
      } catch (IOException e) {
        throw new LocalCopyException(path, e);
      }
    }

    void awaitEnd() throws IOException {
      for (Future<@Nullable Void> file : onDisk) {
        CopyThread.await(file);
      }
    }
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
   * @param toStay whether the files are to be on the disk at the end, also after a power failure
   * @return the digest of the files
   * @throws LocalCopyException if the folder cannot hold them
   * @throws IOException also for a file that changes while it is read
   * @throws ModelException DIGEST_MISMATCH
   */
  String toFolder(Path folder, boolean toStay) throws IOException, ModelException {
    try (CopyThread disk = new CopyThread("millrace disk")) {
      Folder target = new Folder(folder, disk, toStay);
      String digest = to(target);
      target.awaitEnd();
      return digest;
    }
  }

  /** The same, to memory. */
  String toMemory(StagedFiles memory) throws IOException, ModelException {
    return to(file -> memory.create(file.path(), file.size()));
  }

  private String to(Target target) throws IOException, ModelException {
    ModelDigest digest = new ModelDigest();
    try (SideHash hash = new SideHash()) {
      for (ModelDirectory.File file : files) {
        MessageDigest sha256 = ModelDigest.sha256();
        long size = copy(file, target, hash, sha256);
        target.written(file);
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
