package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store that fetches each version once for this machine. Where the digest is known beforehand,
 * from the command or from the state, a version that is in the cache is not asked for at its
 * location: it may be gone there. Thread-safe.
 *
 * <p>The cache is a help and no more: where it cannot be used, versions are fetched without it.
 */
final class CachedModelStore implements ModelStore {
  private static final Logger LOG = LoggerFactory.getLogger(CachedModelStore.class);

  /** Opens the cache. */
  @FunctionalInterface
  interface Opener {
    ModelCache open() throws IOException;
  }

  /** What the cache is asked for. */
  @FunctionalInterface
  private interface Use<T> {
    @Nullable T of() throws IOException, ModelException, InterruptedException;
  }

  private final FileSystemModelStore store;
  private final Opener opener;
  private @Nullable ModelCache cache;

  /**
   * @param opener called at the first fetch, in the thread that fetches
   */
  CachedModelStore(FileSystemModelStore store, Opener opener) {
    this.store = store;
    this.opener = opener;
  }

  private synchronized @Nullable ModelCache cache() {
    if (cache == null) {
      try {
        cache = opener.open();
      } catch (IOException e) {
        LOG.warn("Versions are fetched without the cache, which cannot be opened", e);
      }
    }
    return cache;
  }

  @Override
  public ModelFiles fetch(URI uri, @Nullable String digest)
      throws ModelException, InterruptedException {
    ModelLocation location = store.locate(uri);
    ModelCache open = cache();
    if (open == null) {
      return store.fetch(uri, digest);
    }
    ModelFiles kept = announced(open, location, digest);
    if (kept != null) {
      return kept;
    }
    LocationLock lock =
        orWithout(
            "{} is fetched without the cache, which cannot be used",
            location,
            () -> open.lock(location));
    if (lock == null) {
      return store.fetch(uri, digest);
    }
    try (lock) {
      // Whoever had the lock before may have fetched it.
      kept = announced(open, location, digest);
      return kept != null ? kept : fetch(open, lock, store.list(location, digest));
    }
  }

  /**
   * What the cache answers, or null where it cannot be used.
   *
   * @param warning what is done without it, with a place for the location
   */
  private static <T> @Nullable T orWithout(String warning, ModelLocation location, Use<T> use)
      throws ModelException, InterruptedException {
    try {
      return use.of();
    } catch (IOException e) {
      ModelDirectory.throwIfInterrupted(location, e);
      LOG.warn(warning, location, e);
      return null;
    }
  }

  private @Nullable ModelFiles announced(
      ModelCache open, ModelLocation location, @Nullable String digest)
      throws ModelException, InterruptedException {
    ModelFiles kept = digest == null ? null : open.find(digest, store.requiresManifest());
    if (kept == null) {
      return null;
    }
    boolean fits = false;
    try {
      store.checkSize(location, kept.size());
      fits = true;
      return kept;
    } catch (IOException e) {
      throw ModelDirectory.failure(location, e);
    } finally {
      if (!fits) {
        kept.close();
      }
    }
  }

  private ModelFiles fetch(ModelCache open, LocationLock lock, Listing listing)
      throws ModelException, InterruptedException {
    String digest = listing.digest() != null ? listing.digest() : known(lock, listing);
    ModelFiles kept = digest == null ? null : open.find(digest, false);
    if (kept != null) {
      return kept;
    }
    store.settle(listing);
    makeRoom(open, listing);
    long begun = System.currentTimeMillis();
    ModelFiles files = store.fetch(listing, true);
    boolean handedOut = false;
    try {
      keep(open, listing, files);
      if (listing.tellsChangesAfter(begun)) {
        remember(lock, listing, files.digest());
      }
      handedOut = true;
      return new ModelFiles(
          files.directory(),
          files.digest(),
          files.bytes(),
          () -> {
            files.close();
            open.used(files.digest(), listing.manifest() != null);
          });
    } finally {
      if (!handedOut) {
        files.close();
      }
    }
  }

  private static @Nullable String known(LocationLock lock, Listing listing)
      throws ModelException, InterruptedException {
    return orWithout(
        "The cache's note about {} cannot be read", listing.location(), () -> lock.known(listing));
  }

  private static void makeRoom(ModelCache open, Listing listing)
      throws ModelException, InterruptedException {
    orWithout(
        "Whether there is room for {} is not known",
        listing.location(),
        () -> {
          try {
            open.makeRoom(listing.bytes());
          } catch (ModelCache.NoRoomException e) {
            throw new ModelException(
                ModelReason.FETCH_FAILED, listing.location() + ": " + e.getMessage(), e);
          }
          return null;
        });
  }

  private static void keep(ModelCache open, Listing listing, ModelFiles files)
      throws ModelException, InterruptedException {
    orWithout(
        "{} is used, but cannot be kept in the cache",
        listing.location(),
        () -> {
          open.keep(files.directory(), files.digest(), listing.manifest() != null);
          return null;
        });
  }

  private static void remember(LocationLock lock, Listing listing, String digest)
      throws ModelException, InterruptedException {
    orWithout(
        "What was fetched from {} cannot be noted",
        listing.location(),
        () -> {
          lock.remember(listing, digest);
          return null;
        });
  }
}
