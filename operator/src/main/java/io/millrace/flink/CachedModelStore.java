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
    LocationLock lock = lock(open, location);
    if (lock == null) {
      return store.fetch(uri, digest);
    }
    try (lock) {
      // Whoever had the lock before may have fetched it.
      kept = announced(open, location, digest);
      return kept != null ? kept : fetch(open, lock, store.list(location, digest));
    }
  }

  private static @Nullable LocationLock lock(ModelCache open, ModelLocation location)
      throws InterruptedException {
    try {
      return open.lock(location);
    } catch (IOException e) {
      ModelDirectory.throwIfInterrupted(location, e);
      LOG.warn("{} is fetched without the cache, which cannot be used", location, e);
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
    ModelFiles files = store.fetch(listing);
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
            open.trim();
          });
    } finally {
      if (!handedOut) {
        files.close();
      }
    }
  }

  private static @Nullable String known(LocationLock lock, Listing listing)
      throws InterruptedException {
    try {
      return lock.known(listing);
    } catch (IOException e) {
      ModelDirectory.throwIfInterrupted(listing.location(), e);
      LOG.warn("The cache's note about {} cannot be read", listing.location(), e);
      return null;
    }
  }

  private static void makeRoom(ModelCache open, Listing listing)
      throws ModelException, InterruptedException {
    try {
      open.makeRoom(listing.bytes());
    } catch (ModelCache.NoRoomException e) {
      throw new ModelException(
          ModelReason.FETCH_FAILED, listing.location() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      ModelDirectory.throwIfInterrupted(listing.location(), e);
      LOG.warn("Whether there is room for {} is not known", listing.location(), e);
    }
  }

  private static void keep(ModelCache open, Listing listing, ModelFiles files)
      throws InterruptedException {
    try {
      open.keep(files.directory(), files.digest(), listing.manifest() != null);
    } catch (IOException e) {
      ModelDirectory.throwIfInterrupted(listing.location(), e);
      LOG.warn("{} is used, but cannot be kept in the cache", listing.location(), e);
    }
  }

  private static void remember(LocationLock lock, Listing listing, String digest)
      throws InterruptedException {
    try {
      lock.remember(listing, digest);
    } catch (IOException e) {
      ModelDirectory.throwIfInterrupted(listing.location(), e);
      LOG.warn("What was fetched from {} cannot be noted", listing.location(), e);
    }
  }
}
