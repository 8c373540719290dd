package io.millrace.flink;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The time in which no version scores, where the memory has no room for two: the old one is closed
 * before the next one is loaded. Belongs to the task thread, but for {@link #make}.
 */
final class Vacancy {
  private final LoaderThread thread;

  /** What scored before, and does again unless another version takes its place. */
  private @Nullable Publish before;

  /** Whether the load in progress is that of {@link #before}. */
  private boolean returning;

  private @Nullable Publish postponed;

  Vacancy(LoaderThread thread) {
    this.thread = thread;
  }

  /**
   * On the loader's thread: when this returns, the version that scored is closed.
   *
   * @param leave on the task thread: stops scoring and hands the version over once its last batch
   *     is back, or null if none scores
   * @param closed on the task thread, afterwards
   */
  void make(
      ThrowingConsumer<Consumer<@Nullable ServedModel>, Exception> leave,
      ThrowingConsumer<ServedModel, Exception> closed)
      throws InterruptedException {
    CompletableFuture<@Nullable ServedModel> left = new CompletableFuture<>();
    thread.mail(() -> leave.accept(left::complete), "stop scoring before a load");
    ServedModel old;
    try {
      old = left.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("only ever completed with a version", e);
    } catch (InterruptedException e) {
      // Whoever comes second closes it.
      left.thenAccept(Vacancy::close);
      throw e;
    }
    close(old);
    if (old != null) {
      thread.mail(() -> closed.accept(old), "after an unload");
    }
  }

  private static void close(@Nullable ServedModel old) {
    if (old != null) {
      old.close();
    }
  }

  /** No version scores from here on. */
  void begin(Publish scored) {
    before = scored;
  }

  /** A version scores again. */
  void end() {
    before = null;
    returning = false;
  }

  /** What scored before; null while a version scores. */
  @Nullable Publish before() {
    return before;
  }

  /** What scored before is being loaded again. */
  void goBack() {
    returning = true;
  }

  /** What the task fails with where the version that scored cannot be loaded again. */
  static IllegalStateException forGood(Publish former, ModelException failure) {
    return new IllegalStateException(
        "no version of '"
            + former.model()
            + "' is left to score: "
            + former.version()
            + ", which was closed to make room for another, cannot be loaded again: "
            + failure.getMessage(),
        failure);
  }

  /** Whether the load of this version has to wait for the way back to its end. */
  boolean postpones(Publish version) {
    if (returning) {
      postponed = version;
    }
    return returning;
  }

  /** The version whose load was postponed, once. */
  @Nullable Publish takePostponed() {
    Publish taken = postponed;
    postponed = null;
    return taken;
  }
}
