package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.Set;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * TensorFlow cannot run safely where the job is to run, or the version that the job is to start
 * with can never score there; the message says what is there, what is needed and what mends it. No
 * restart would change that, so Flink gives the job up.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class UnfitRuntimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the same files and the same configuration come to each time. */
  private static final Set<ModelReason> FOR_GOOD =
      Set.of(
          ModelReason.TOO_LARGE,
          ModelReason.OP_REFUSED,
          ModelReason.SIGNATURE_MISMATCH,
          ModelReason.OUTSIDE_ROOTS);

  UnfitRuntimeException(String message) {
    super(message);
  }

  UnfitRuntimeException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What to fail a task with that cannot load its first version: for good where the process is too
   * small for it, or where its files or the configuration would have to be others; a restart may
   * mend anything else.
   */
  static Exception ofFirstVersion(ModelException e) {
    return isForGood(e) ? new UnfitRuntimeException(String.valueOf(e.getMessage()), e) : e;
  }

  /** Whether a restart would come to the same. */
  static boolean isForGood(ModelException e) {
    return FOR_GOOD.contains(e.reason());
  }
}
