package io.millrace.serving;

import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.net.URI;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A store that tries again where a failure may pass, such as a NameNode that restarts.
 *
 * <p>Thread-safe if the store, the source of chance and the pause are.
 */
public final class RetryingModelStore implements ModelStore {

  /** Waits before a retry. */
  @FunctionalInterface
  public interface Pause {
    /**
     * @param failure of the try before
     * @param retry 1 for the first
     * @throws InterruptedException which ends the tries
     */
    void before(int retry, Duration delay, ModelException failure) throws InterruptedException;
  }

  private final ModelStore store;
  private final Backoff backoff;
  private final Predicate<ModelException> passing;
  private final RandomGenerator random;
  private final Pause pause;

  /**
   * @param passing whether a failure may pass
   */
  public RetryingModelStore(
      ModelStore store,
      Backoff backoff,
      Predicate<ModelException> passing,
      RandomGenerator random,
      Pause pause) {
    this.store = store;
    this.backoff = backoff;
    this.passing = passing;
    this.random = random;
    this.pause = pause;
  }

  @Override
  public ModelFiles fetch(URI uri, @Nullable String digest)
      throws ModelException, InterruptedException {
    for (int retry = 1; ; retry++) {
      try {
        return store.fetch(uri, digest);
      } catch (ModelException e) {
        if (!passing.test(e)) {
          throw e;
        }
        if (retry > backoff.retries()) {
          throw givenUp(e, retry);
        }
        pause.before(retry, backoff.delay(retry, random), e);
      }
    }
  }

  private static ModelException givenUp(ModelException last, int tries) {
    ModelReason reason = last.reason();
    return tries == 1
        ? last
        : new ModelException(
            reason, last.getMessage() + "; given up after " + tries + " tries", last);
  }
}
