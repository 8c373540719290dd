package io.millrace.probe;

import io.millrace.model.ModelException;
import io.millrace.serving.Leases;
import io.millrace.serving.Leases.Lease;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What became of probes, for as long as the class loader of this code lives: whoever asks for the
 * same files again, another slot or a task that was restarted, gets the same answer. The first to
 * ask runs the probe, the others wait for it. Thread-safe.
 */
final class Verdicts {

  /**
   * @param failure what happened, or null if the version got through
   * @param endedNanos when, by the monotonic clock
   */
  record Verdict(@Nullable String failure, long endedNanos) implements AutoCloseable {
    static Verdict passed() {
      return new Verdict(null, System.nanoTime());
    }

    static Verdict failed(String what) {
      return new Verdict(what, System.nanoTime());
    }

    @Override
    public void close() {
      // Nothing is held: a lease on a verdict only keeps it in mind.
    }
  }

  /** What was tried out. Other settings may end otherwise, another full batch for one. */
  record Key(String digest, ProbeSettings settings) {}

  /**
   * @param fresh whether the probe ended after this question was asked
   */
  record Answer(Verdict verdict, boolean fresh) {}

  private final int remembered;
  private final Leases<Key, Verdict> leases = new Leases<>();
  private final Deque<Lease<Verdict>> kept = new ArrayDeque<>();

  /**
   * @param remembered verdicts at the most; the oldest makes room
   */
  Verdicts(int remembered) {
    this.remembered = remembered;
  }

  /**
   * The verdict that is known, or else the probe's.
   *
   * @throws ModelException the probe's, to all who wait for it; it is not remembered
   */
  Answer of(Key key, Leases.Loader<Verdict> probe) throws ModelException, InterruptedException {
    long asked = System.nanoTime();
    Lease<Verdict> lease = leases.acquire(key, probe);
    if (lease.loadedHere()) {
      keep(lease);
    } else {
      lease.close();
    }
    boolean fresh = lease.loadedHere() || lease.value().endedNanos() - asked >= 0;
    return new Answer(lease.value(), fresh);
  }

  private synchronized void keep(Lease<Verdict> lease) {
    kept.addLast(lease);
    if (kept.size() > remembered) {
      kept.removeFirst().close();
    }
  }

  /** How many probes were begun. */
  long probes() {
    return leases.loads();
  }
}
