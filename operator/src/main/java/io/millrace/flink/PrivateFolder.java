package io.millrace.flink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local folder that only this user can enter and that goes away with its owner. Beside it lies
 * {@code <folder>.lock}, locked while the folder is in use: where the lock is free the process that
 * made the folder is dead, and the next one to come along sweeps it away.
 */
final class PrivateFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateFolder.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);
  private static final String LOCK = ".lock";
  private static final String NEW = ".new";

  /** In a lock file whose folder is gone. */
  private static final byte[] OVER = {'.'};

  /** Names this process; the start time tells it from an earlier one of the same id. */
  private static final String OWNER =
      ProcessHandle.current().pid()
          + "-"
          + ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH).toEpochMilli()
          + "-";

  private final Path path;
  private final Path lockFile;
  private final FileChannel lock;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PrivateFolder(Path path, Path lockFile, FileChannel lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Creates a folder, and sweeps away those of dead processes.
   *
   * @param parent created where it does not exist; it must belong to this user alone
   */
  static PrivateFolder create(Path parent) throws IOException {
    sweepParent(parent);
    // Names are used again: TensorFlow 2.18 keeps figures for each path that it ever loaded a model
    // from, 2.4 KB each, for as long as the process lives.
    for (int number = 0; ; number++) {
      PrivateFolder folder = createUnlessTaken(parent, OWNER + number);
      if (folder != null) {
        return folder;
      }
    }
  }

  private static @Nullable PrivateFolder createUnlessTaken(Path parent, String name)
      throws IOException {
    Path path = parent.resolve(name);
    // Others sweep what has its final name: it gets that only when it is locked. A process that is
    // killed in between leaves an empty file, which nobody may sweep.
    Path unnamed = parent.resolve(name + NEW);
    Path lockFile = parent.resolve(name + LOCK);
    FileChannel lock;
    try {
      lock = lock(unnamed, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      return null; // By another thread, this very moment.
    }
    if (lock == null) {
      throw new IOException(unnamed + " is locked by another process, which cannot know of it");
    }
    boolean named = false;
    boolean created = false;
    try {
      // Whoever has the first file alone decides about the second. The folder is looked for as
      // well: its lock file may have been old enough for what cleans up temporary files.
      if (exists(lockFile) || exists(path)) {
        return null;
      }
      Files.move(unnamed, lockFile, StandardCopyOption.ATOMIC_MOVE);
      named = true;
      Files.createDirectory(path, PRIVATE);
      created = true;
      return new PrivateFolder(path, lockFile, lock);
    } finally {
      if (!created) {
        Files.deleteIfExists(named ? lockFile : unnamed);
        lock.close();
      }
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  Path path() {
    return path;
  }

  /**
   * Deletes the folder. Idempotent; what cannot be deleted is logged and left to the next sweep.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try (lock) {
        delete(path);
        Files.deleteIfExists(lockFile);
        // Whoever opened the file before gets the lock now, when the name may be another's already.
        lock.write(ByteBuffer.wrap(OVER));
      } catch (IOException e) {
        LOG.warn("Cannot delete {}", path, e);
      }
    }
  }

  /**
   * Creates a folder for folders, where it does not exist.
   *
   * @throws IOException also if it is there and belongs not to this user alone
   */
  static void openParent(Path parent) throws IOException {
    if (parent.getParent() != null) {
      Files.createDirectories(parent.getParent());
    }
    try {
      Files.createDirectory(parent, PRIVATE);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)
          || !Files.getPosixFilePermissions(parent).equals(OWNER_ONLY)) {
        throw new IOException(
            parent + " may be changed by others: expected a directory of mode 0700", e);
      }
    }
  }

  /**
   * Sweeps away the folders of dead processes.
   *
   * @param parent created where it does not exist; it must belong to this user alone
   */
  static void sweepParent(Path parent) throws IOException {
    openParent(parent);
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, "*" + LOCK)) {
      for (Path lockFile : locks) {
        String name = lockFile.getFileName().toString();
        // Closing a channel drops every lock that this process has on the file: leave its own be.
        if (!name.startsWith(OWNER)) {
          sweep(lockFile, parent.resolve(name.substring(0, name.length() - LOCK.length())));
        }
      }
    }
  }

  private static void sweep(Path lockFile, Path folder) {
    try (FileChannel lock = lock(lockFile, StandardOpenOption.WRITE)) {
      if (lock != null && lock.size() == 0) {
        delete(folder);
        Files.deleteIfExists(lockFile);
        LOG.info("Deleted {}, left behind by a process that is gone", folder);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} was swept by another process", folder);
    } catch (IOException e) {
      LOG.warn("Cannot sweep {}", folder, e);
    }
  }

  /** The locked channel, or null where another process or thread has the lock. */
  private static @Nullable FileChannel lock(Path file, StandardOpenOption option)
      throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, option);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
      return locked ? channel : null;
    } catch (OverlappingFileLockException e) {
      return null; // Two slots of a process that sweep what a third one left.
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  /** Deletes a folder and what is in it; follows no link. */
  static void delete(Path root) throws IOException {
    if (Files.notExists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
