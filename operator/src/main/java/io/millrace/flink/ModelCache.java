package io.millrace.flink;

import io.millrace.model.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Versions on this machine's disk, each in a folder named by the digest of its files, for all
 * slots, jobs and processes of this user. It hands out second names of the files, in a private
 * folder: an entry can go at any time, and whoever has the files keeps them. Nothing in it is
 * trusted: what is handed out was hashed just then.
 *
 * <p>Thread-safe. Entries appear and go whole, by a rename, so no lock is needed around them.
 */
final class ModelCache {
  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

  /** Of versions that came without a manifest: no answer where one is required. */
  private static final String UNPACKAGED = "-unpackaged";

  private static final String GONE = ".gone";
  private static final Duration KEEP_NOTES = Duration.ofDays(30);

  /** How much room there is on the disk. */
  @FunctionalInterface
  interface Disk {
    long usableBytes() throws IOException;
  }

  private final Path folder;
  private final Path versions;
  private final Path locations;
  private final Path copies;
  private final long budgetBytes;
  private final Disk disk;

  /** As they were measured, for the budget alone: one that was used since is measured anew. */
  private final Map<Path, Entry> measured = new ConcurrentHashMap<>();

  /** The disk is full, and nothing is left that could make room. */
  static final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1L;

    private NoRoomException(String message) {
      super(message);
    }
  }

  private record Entry(Path path, FileTime used, long bytes) {}

  private ModelCache(Path folder, Path copies, long budgetBytes, @Nullable Disk disk) {
    this.folder = folder;
    this.versions = folder.resolve("versions");
    this.locations = folder.resolve("locations");
    this.copies = copies;
    this.budgetBytes = budgetBytes;
    this.disk = disk != null ? disk : () -> Files.getFileStore(versions).getUsableSpace();
  }

  /**
   * Opens the cache, and sweeps away what processes that are gone left half made, and what is above
   * the budget.
   *
   * @param folder created with mode 0700 where it does not exist
   * @param copies where what is handed out lies while it is held, on the same file system if
   *     versions are not to be copied
   * @param budgetBytes what all versions may take; those that are held count, and stay
   * @param disk null for the one that the folder is on
   */
  static ModelCache open(Path folder, Path copies, long budgetBytes, @Nullable Disk disk)
      throws IOException {
    ModelCache cache = new ModelCache(folder, copies, budgetBytes, disk);
    cache.createFolders();
    cache.sweep();
    return cache;
  }

  // Also later: it may lie where files that nobody used for a while are deleted.
  private void createFolders() throws IOException {
    PrivateFolder.openParent(folder);
    Files.createDirectories(versions);
    Files.createDirectories(locations);
  }

  private void sweep() throws IOException {
    PrivateFolder.sweepParent(folder);
    sweepCopies();
    for (Path gone : list(versions)) {
      if (gone.toString().endsWith(GONE)) {
        delete(gone);
      }
    }
    Instant old = Instant.now().minus(KEEP_NOTES);
    for (Path note : list(locations)) {
      // One that is locked at this moment is no loss: see there.
      if (isOlder(note, old)) {
        Files.deleteIfExists(note);
      }
    }
    trim();
  }

  // What a dead process held takes room, and makes an entry look as if it were still held.
  private void sweepCopies() throws IOException {
    PrivateFolder.sweepParent(copies);
  }

  private static boolean isOlder(Path note, Instant than) throws IOException {
    try {
      return Files.getLastModifiedTime(note).toInstant().isBefore(than);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is deleted by another process", note, e);
      return false;
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.toList();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** The right to fetch from a location; waits for it. */
  LocationLock lock(ModelLocation location) throws IOException, InterruptedException {
    createFolders();
    byte[] name = location.toString().getBytes(StandardCharsets.UTF_8);
    String hex = HexFormat.of().formatHex(ModelDigest.sha256().digest(name));
    return LocationLock.acquire(locations.resolve(hex));
  }

  /**
   * The files of this digest, if they are here; an entry that is not what it was is thrown away.
   *
   * @param packaged whether only files that came with a manifest will do
   * @return owned by the caller; or null
   */
  @Nullable ModelFiles find(String digest, boolean packaged) throws InterruptedException {
    for (Path entry : List.of(entry(digest, true), entry(digest, false))) {
      boolean allowed = !packaged || entry.equals(entry(digest, true));
      if (allowed && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        ModelFiles files = open(entry, digest);
        if (files != null) {
          return files;
        }
      }
    }
    return null;
  }

  private Path entry(String digest, boolean packaged) {
    String hex = digest.substring(digest.indexOf(':') + 1);
    return versions.resolve(packaged ? hex : hex + UNPACKAGED);
  }

  private @Nullable ModelFiles open(Path entry, String digest) throws InterruptedException {
    PrivateFolder held = null;
    ModelFiles files = null;
    try {
      held = PrivateFolder.create(copies);
      new VersionFolder(entry).linkInto(held.path(), false);
      VersionFolder found = new VersionFolder(held.path());
      String actual = found.digest();
      if (actual.equals(digest)) {
        touch(entry);
        files = new ModelFiles(held.path(), digest, found.bytes(), release(held, entry));
      } else {
        LOG.warn("{} hashes to {} now: it is thrown away and fetched again", entry, actual);
        discard(entry);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} has just been thrown away", entry, e);
    } catch (VersionFolder.ForeignException e) {
      LOG.warn("{} is no version: it is thrown away and fetched again", entry, e);
      discard(entry);
    } catch (IOException e) {
      // A full disk, say, or too many open files: the entry may be as good as ever.
      ModelDirectory.throwIfInterrupted(entry, e);
      LOG.warn("{} cannot be used now", entry, e);
    } finally {
      if (held != null && files == null) {
        held.close();
      }
    }
    return files;
  }

  private static void touch(Path entry) {
    try {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    } catch (IOException e) {
      LOG.debug("{} does not show that it was used", entry, e);
    }
  }

  /** What lets go of files that were handed out. */
  private Runnable release(PrivateFolder held, Path entry) {
    return () -> {
      held.close();
      used(entry);
    };
  }

  /** Called when a version is let go of that was fetched and not found here: it is as recent. */
  void used(String digest, boolean packaged) {
    used(entry(digest, packaged));
  }

  // Until now, however long ago it was handed out: the one that was live is the one to go back to.
  private void used(Path entry) {
    touch(entry);
    trim();
  }

  /**
   * Keeps files that were fetched. After a power failure the entry may be gone, but is whole where
   * it is not: it is named after its files are on the disk.
   *
   * @param directory theirs, on the disk to stay; they are read-only from now on
   * @param packaged whether they came with a manifest
   */
  void keep(Path directory, String digest, boolean packaged) throws IOException {
    Path entry = entry(digest, packaged);
    try (PrivateFolder made = PrivateFolder.create(folder)) {
      Path whole = Files.createDirectory(made.path().resolve("version"));
      new VersionFolder(directory).linkInto(whole, true);
      new VersionFolder(whole).seal();
      Files.move(whole, entry, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // Another location has the same files: which exception that is depends on the file system.
      if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
    trim();
  }

  /**
   * Throws away what nothing holds, until there is room for so much.
   *
   * @throws NoRoomException if there is still too little
   */
  void makeRoom(long bytes) throws IOException {
    if (disk.usableBytes() >= bytes) {
      return;
    }
    sweepCopies();
    for (Entry entry : entries()) {
      if (disk.usableBytes() >= bytes) {
        return;
      }
      if (!isHeld(entry)) {
        LOG.info("{} ({} bytes) makes room on the disk", entry.path(), entry.bytes());
        discard(entry.path());
      }
    }
    long usable = disk.usableBytes();
    if (usable < bytes) {
      throw new NoRoomException(
          "no room below "
              + folder
              + ": "
              + new MemorySize(usable).toHumanReadableString()
              + " are free, and no version is left there that nothing holds; expected "
              + new MemorySize(bytes).toHumanReadableString());
    }
  }

  /** Throws away the versions that were used longest ago and that nothing holds, to the budget. */
  void trim() {
    try {
      List<Entry> entries = entries();
      long bytes = entries.stream().mapToLong(Entry::bytes).sum();
      for (Entry entry : entries) {
        if (bytes > budgetBytes && !isHeld(entry)) {
          LOG.info("{} is thrown away: {} bytes are above the budget", entry.path(), bytes);
          // Others trim as well: what one of them threw away does not count any more.
          bytes -= discard(entry.path()) ? entry.bytes() : 0;
        }
      }
    } catch (IOException e) {
      LOG.warn("Cannot trim {}", folder, e);
    }
  }

  private static boolean isHeld(Entry entry) {
    try {
      return new VersionFolder(entry.path()).isHeld();
    } catch (NoSuchFileException | VersionFolder.ForeignException e) {
      LOG.debug("{} has just been thrown away, or is no version any more", entry.path(), e);
      return false;
    } catch (IOException e) {
      LOG.warn("Whether somebody holds {} cannot be seen: it stays", entry.path(), e);
      return true;
    }
  }

  /** All entries, the one that was used longest ago first. */
  private List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    List<Path> paths = list(versions);
    measured.keySet().retainAll(new HashSet<>(paths));
    for (Path path : paths) {
      if (!path.toString().endsWith(GONE)) {
        add(entries, path);
      }
    }
    // All who trim take the same one first, also of those that were used within a tick.
    entries.sort(Comparator.comparing(Entry::used).thenComparing(Entry::path));
    return entries;
  }

  private void add(List<Entry> entries, Path path) {
    try {
      FileTime used = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
      Entry entry = measured.get(path);
      if (entry == null || !entry.used().equals(used)) {
        entry = new Entry(path, used, new VersionFolder(path).bytes());
        measured.put(path, entry);
      }
      entries.add(entry);
    } catch (NoSuchFileException e) {
      LOG.debug("{} has just been thrown away", path, e);
    } catch (VersionFolder.ForeignException e) {
      LOG.warn("{} is no version: it is thrown away", path, e);
      discard(path);
    } catch (IOException e) {
      LOG.warn("{} cannot be measured: the budget leaves it out", path, e);
    }
  }

  /** Renames it first: nobody finds half of it. True if it is gone then, whoever did it. */
  private boolean discard(Path entry) {
    Path gone = entry.resolveSibling(UUID.randomUUID() + GONE);
    try {
      Files.move(entry, gone, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      LOG.debug("{} has just been thrown away", entry, e);
      return true;
    } catch (IOException e) {
      LOG.warn("Cannot throw {} away", entry, e);
      return false;
    }
    measured.remove(entry);
    delete(gone);
    return true;
  }

  private static void delete(Path gone) {
    try {
      PrivateFolder.delete(gone);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is deleted by another process", gone, e);
    } catch (IOException e) {
      LOG.warn("Cannot delete {}", gone, e);
    }
  }
}
