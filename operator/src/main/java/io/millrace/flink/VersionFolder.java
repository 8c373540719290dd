package io.millrace.flink;

import io.millrace.model.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** A version's files in a local folder: plain files and directories, nothing else. */
record VersionFolder(Path root) {

  /** Something lies there that belongs to no version's files. */
  static final class ForeignException extends IOException {
    private static final long serialVersionUID = 1L;

    private ForeignException(String message) {
      super(message);
    }
  }

  /** A file, whose path may be one that no manifest can list. */
  record Hashed(String path, long size, String sha256) {
    Manifest.File listed() {
      return new Manifest.File(path, size, sha256);
    }
  }

  private static final Set<PosixFilePermission> READ_ONLY =
      PosixFilePermissions.fromString("r--------");
  private static final int BUFFER_BYTES = 1 << 18;

  /**
   * The files that a digest covers, sorted.
   *
   * @throws ForeignException for a link, or whatever else is neither file nor directory
   */
  List<Path> files() throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted().toList();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    for (Path path : paths) {
      if (!isFile(path) && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw Files.exists(path, LinkOption.NOFOLLOW_LINKS)
            ? new ForeignException(path + " is neither a file nor a directory")
            : new NoSuchFileException(path.toString());
      }
    }
    return paths.stream()
        .filter(path -> isFile(path) && !Manifest.isPackaging(name(path)))
        .toList();
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  private String name(Path file) {
    return root.relativize(file).toString();
  }

  /** Of all files. */
  long bytes() throws IOException {
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /** The digest of what the files hold now. */
  String digest() throws IOException {
    ModelDigest digest = new ModelDigest();
    for (Hashed file : hashed()) {
      digest.add(file.path(), file.size(), file.sha256());
    }
    return digest.value();
  }

  /** The files that a digest covers, with what they hold now. */
  List<Hashed> hashed() throws IOException {
    List<Hashed> hashed = new ArrayList<>();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (Path file : files()) {
      MessageDigest sha256 = ModelDigest.sha256();
      long size = 0;
      OpenOption[] options = {StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS};
      try (InputStream in = Files.newInputStream(file, options)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException();
          }
          sha256.update(buffer, 0, n);
          size += n;
        }
      }
      String hash = HexFormat.of().formatHex(sha256.digest());
      hashed.add(new Hashed(name(file), size, hash));
    }
    return hashed;
  }

  /**
   * Gives every file a second name in an empty folder, or copies it where that is not possible.
   *
   * @param toStay whether copies are to be on the disk then, as what they are of is
   */
  void linkInto(Path folder, boolean toStay) throws IOException {
    for (Path file : files()) {
      Path name = folder.resolve(name(file));
      Files.createDirectories(Objects.requireNonNull(name.getParent()));
      try {
        Files.createLink(name, file);
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        throw e;
      } catch (FileSystemException | UnsupportedOperationException e) {
        // Another file system, or one without links.
        Files.copy(file, name);
        if (toStay) {
          sync(name);
        }
      }
    }
  }

  /** Whether somebody else has a name for these files. */
  boolean isHeld() throws IOException {
    for (Path file : files()) {
      if ((int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
        return true;
      }
    }
    return false;
  }

  /** Nothing is to be written any more. */
  void seal() throws IOException {
    for (Path file : files()) {
      Files.setPosixFilePermissions(file, READ_ONLY);
    }
  }

  /** Has what was written on the disk, also after a power failure. */
  static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
