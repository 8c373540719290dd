package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.tensorflow.ThreadPriority;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.flink.util.function.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

/** Loads and closes models beside the task thread and says by mail how it went. */
final class LoaderThread {

  /** A load: blocks. */
  @FunctionalInterface
  interface Load {
    ServedModel load() throws ModelException, InterruptedException;
  }

  private final SideThread thread;
  private final Object lock = new Object();
  private @Nullable ServedModel ready;
  private @Nullable Future<?> loading;
  private boolean steppedBack;
  private boolean closed;

  LoaderThread(String name, MailboxExecutor mailbox) {
    this.thread = new SideThread(name, mailbox);
  }

  /**
   * Loads and waits for it, where the task has nothing else to do. An interrupt, at a cancellation,
   * ends the wait even while native code is loading.
   */
  ServedModel await(Load load) throws ModelException, InterruptedException {
    CompletableFuture<ServedModel> result = new CompletableFuture<>();
    loading =
        thread.submit(
            () -> {
              try {
                ServedModel model = load.load();
                if (handOver(model)) {
                  result.complete(model);
                }
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
    try {
      ServedModel model = result.get();
      synchronized (lock) {
        ready = null;
      }
      return model;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModelException rejected) {
        throw rejected;
      }
      throw new IllegalStateException("loading a model failed: " + e.getCause(), e.getCause());
    }
  }

  /**
   * From now on, loads take what scoring leaves of the processors. Not before a model was loaded in
   * this process: TensorFlow starts its threads then, which score later, at the priority of this
   * one.
   */
  void stepBack() {
    if (!steppedBack) {
      steppedBack = true;
      thread.submit(ThreadPriority::lower);
    }
  }

  /** Begins a load; one of the two continuations runs on the task thread. One load at a time. */
  void load(
      Load load,
      ThrowingConsumer<ServedModel, Exception> loaded,
      ThrowingConsumer<ModelException, Exception> failed) {
    loading =
        thread.submit(
            () -> {
              try {
                if (handOver(load.load())) {
                  thread.mail(() -> takeReady(loaded), "switch to a loaded model");
                }
              } catch (ModelException e) {
                thread.mail(() -> failed.accept(e), "report a rejected model");
              } catch (InterruptedException e) {
                interrupted(e, failed);
              } catch (RuntimeException | Error failure) {
                thread.mail(
                    () -> {
                      throw failure;
                    },
                    "fail the task");
              }
            });
  }

  // Where close() asked for it, nothing was loaded and nobody waits. A file system's client that is
  // shared with other jobs passes on what interrupted those, and here somebody may wait.
  private void interrupted(
      InterruptedException cause, ThrowingConsumer<ModelException, Exception> failed) {
    synchronized (lock) {
      if (closed) {
        return;
      }
    }
    ModelException failure =
        new ModelException(
            ModelReason.FETCH_FAILED,
            "the load was interrupted from outside the job: expected that only its end does that",
            cause);
    thread.mail(() -> failed.accept(failure), "report an interrupted load");
  }

  // Whoever comes second, the end of the task or the end of the load, closes the model.
  private boolean handOver(ServedModel model) {
    synchronized (lock) {
      if (!closed) {
        ready = model;
        return true;
      }
    }
    model.close();
    return false;
  }

  private void takeReady(ThrowingConsumer<ServedModel, Exception> loaded) throws Exception {
    ServedModel model;
    synchronized (lock) {
      model = ready;
      ready = null;
    }
    if (model != null) {
      loaded.accept(model);
    }
  }

  /** From this thread: runs an action on the task thread, or not at all if the task has ended. */
  void mail(ThrowingRunnable<Exception> action, String what) {
    thread.mail(action, what);
  }

  /** Runs an action beside the task thread, then another one on it, whether or not it succeeds. */
  void run(Runnable action, ThrowingRunnable<Exception> then) {
    thread.submit(
        () -> {
          try {
            action.run();
          } finally {
            thread.mail(then, "after an unload");
          }
        });
  }

  /**
   * Interrupts what can be interrupted and waits a little for it. A native load goes on to its end
   * on this daemon thread, which then closes the model.
   */
  void close() {
    ServedModel left;
    synchronized (lock) {
      closed = true;
      left = ready;
      ready = null;
    }
    Future<?> current = loading;
    if (current != null) {
      current.cancel(true);
    }
    if (left != null) {
      left.close();
    }
    thread.close();
  }
}
