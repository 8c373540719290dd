package io.millrace.jobs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that cannot run the job, or does not answer. The message says what was found there,
 * what is needed and what mends it.
 */
final class SubmissionException extends IOException {
  private static final long serialVersionUID = 1L;

  SubmissionException(String message) {
    this(message, null);
  }

  SubmissionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
