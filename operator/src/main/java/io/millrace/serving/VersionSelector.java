package io.millrace.serving;

import io.millrace.model.Command.Publish;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which version scores and which is being loaded, for one model on one subtask. One load at a time:
 * a thousand orders that come during a load amount to one more load, of the last. The version that
 * scores goes on until another one is ready; a version that fails leaves it in its place. Holds no
 * resources; not thread-safe.
 */
public final class VersionSelector {

  /** What to do next. */
  public sealed interface Step {
    /** Nothing. */
    record None() implements Step {}

    /** Load this version beside the active one. */
    record Load(Publish version) implements Step {}

    /** The version that was just loaded becomes the active one. */
    record Switch(Publish version) implements Step {}

    /**
     * The version that was just loaded is not wanted any more.
     *
     * @param next the version to load instead, or null
     */
    record Discard(@Nullable Publish next) implements Step {}
  }

  private static final Step NONE = new Step.None();

  private @Nullable Publish active;
  private @Nullable Publish loading;
  private @Nullable Publish target;
  private @Nullable Publish failed;

  /** The version that scores, null before the first one. */
  public @Nullable Publish active() {
    return active;
  }

  /** The version that is being loaded, null if none. */
  public @Nullable Publish loading() {
    return loading;
  }

  /** Says which version scores from the start. */
  public void startWith(Publish version) {
    active = version;
    target = version;
  }

  /** The version that is to score is now {@code wanted}. */
  public Step target(Publish wanted) {
    target = wanted;
    // What failed is not tried again by itself.
    if (loading != null || wanted.equals(failed) || (active != null && isSame(active, wanted))) {
      return NONE;
    }
    loading = wanted;
    return new Step.Load(wanted);
  }

  /**
   * The load in progress succeeded.
   *
   * @param done what was loaded, with the digest of its files
   */
  public Step loaded(Publish done) {
    Objects.requireNonNull(loading, "no load in progress");
    loading = null;
    if (target != null && isSame(done, target)) {
      active = done;
      target = done;
      return new Step.Switch(done);
    }
    return new Step.Discard(nextLoad());
  }

  /** The load in progress failed. What scores goes on. */
  public Step failed() {
    failed = Objects.requireNonNull(loading, "no load in progress");
    loading = null;
    Publish next = nextLoad();
    return next == null ? NONE : new Step.Load(next);
  }

  /** A version was ordered: if it is the one that failed, it is to be tried again. */
  public void forgetFailure() {
    failed = null;
  }

  private @Nullable Publish nextLoad() {
    if (target == null || target.equals(failed) || (active != null && isSame(active, target))) {
      return null;
    }
    loading = target;
    return target;
  }

  // A version published anew with the same bytes is the same version, whatever its sequence; a
  // digest that was not announced is taken to be that of the files that were found.
  private static boolean isSame(Publish a, Publish b) {
    return a.version() == b.version()
        && a.uri().equals(b.uri())
        && (a.digest() == null || b.digest() == null || a.digest().equals(b.digest()));
  }
}
