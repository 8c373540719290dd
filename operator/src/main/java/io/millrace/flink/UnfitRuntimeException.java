package io.millrace.flink;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * TensorFlow cannot run safely where the job is to run; the message says what is there, what is
 * needed and which command mends it. No restart would change that, so Flink gives the job up.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class UnfitRuntimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnfitRuntimeException(String message) {
    super(message);
  }

  UnfitRuntimeException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What to fail a task with that cannot load its first version: for good where the process is too
   * small for it; a restart may mend anything else.
   */
  static Exception ofFirstVersion(ModelException e) {
    return e.reason() == ModelReason.TOO_LARGE
        ? new UnfitRuntimeException(String.valueOf(e.getMessage()), e)
        : e;
  }
}
