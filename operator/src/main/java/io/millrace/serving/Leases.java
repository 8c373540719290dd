package io.millrace.serving;

import io.millrace.model.ModelException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Values that are loaded once for each key and shared by whoever holds a lease on them. The first
 * to ask loads, the others wait for it; the last lease that is closed closes the value.
 *
 * <pre>{@code
 * try (Leases.Lease<Model> lease = leases.acquire(key, () -> engine.load(files, options))) {
 *   lease.value()...
 * }
 * }</pre>
 *
 * <p>Thread-safe. A holder closes its lease only after its last use, so a value is never closed
 * while one of its holders is inside it.
 */
public final class Leases<K, V extends AutoCloseable> {

  /** Loads the value of a key. */
  @FunctionalInterface
  public interface Loader<V> {
    V load() throws ModelException, InterruptedException;
  }

  private static final class Entry<V> {
    final FutureTask<V> value;
    int holders;

    Entry(FutureTask<V> value) {
      this.value = value;
    }
  }

  private final Map<K, Entry<V>> entries = new HashMap<>();
  private long loads;

  /**
   * A lease on the value of this key, which is loaded in the calling thread if nobody holds it.
   *
   * @return a lease, owned by the caller, who closes it after the last use of the value
   * @throws ModelException if the load fails, here or in the thread that was waited for; the next
   *     caller tries again
   * @throws InterruptedException if the thread is interrupted while it loads or waits
   */
  public Lease<V> acquire(K key, Loader<V> loader) throws ModelException, InterruptedException {
    while (true) {
      Entry<V> entry;
      boolean mine = false;
      synchronized (entries) {
        Entry<V> present = entries.get(key);
        if (present == null) {
          present = new Entry<>(new FutureTask<>(loader::load));
          entries.put(key, present);
          loads++;
          mine = true;
        }
        present.holders++;
        entry = present;
      }
      if (mine) {
        entry.value.run();
      }
      try {
        return new Lease<>(this, key, entry, entry.value.get(), mine);
      } catch (ExecutionException e) {
        forget(key, entry);
        Throwable cause = e.getCause() == null ? e : e.getCause();
        // The thread that loaded was interrupted, not this one: it tries for itself.
        if (mine || !(cause instanceof InterruptedException)) {
          throw failure(cause);
        }
      } catch (InterruptedException e) {
        release(key, entry);
        throw e;
      }
    }
  }

  private static ModelException failure(Throwable cause)
      throws ModelException, InterruptedException {
    if (cause instanceof InterruptedException interrupted) {
      throw interrupted;
    }
    if (cause instanceof RuntimeException bug) {
      throw bug;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return (ModelException) cause;
  }

  private void forget(K key, Entry<V> entry) {
    synchronized (entries) {
      entry.holders--;
      entries.remove(key, entry);
    }
  }

  private void release(K key, Entry<V> entry) {
    synchronized (entries) {
      if (--entry.holders > 0) {
        return;
      }
      entries.remove(key, entry);
    }
    closeLoaded(entry);
  }

  // Outside the lock: closing a large model takes a while, and nobody can reach the entry any more.
  private static <V extends AutoCloseable> void closeLoaded(Entry<V> entry) {
    try {
      entry.value.get().close();
    } catch (ExecutionException e) {
      // The load failed: there is nothing to close, and whoever waited for it was told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("closing a model failed: " + e.getMessage(), e);
    }
  }

  /** How many values are held at this moment. */
  public int held() {
    synchronized (entries) {
      return entries.size();
    }
  }

  /** How many loads were begun since the start. */
  public long loads() {
    synchronized (entries) {
      return loads;
    }
  }

  /** A share in a value. Not thread-safe, but may be handed from one thread to another. */
  public static final class Lease<V extends AutoCloseable> implements AutoCloseable {
    private final V value;
    private final boolean loadedHere;
    private @Nullable Runnable release;

    private <K> Lease(Leases<K, V> leases, K key, Entry<V> entry, V value, boolean loadedHere) {
      this.value = value;
      this.loadedHere = loadedHere;
      this.release = () -> leases.release(key, entry);
    }

    /** The value; not to be used after {@link #close}. */
    public V value() {
      return value;
    }

    /** Whether the value was loaded for this lease rather than found. */
    public boolean loadedHere() {
      return loadedHere;
    }

    /** Gives the share back; the last one closes the value. Idempotent. */
    @Override
    public void close() {
      Runnable once = release;
      release = null;
      if (once != null) {
        once.run();
      }
    }
  }
}
