package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A file that the job is to fail at. Has no cause, for what is shown of a failed job is the last of
 * its causes, and this one alone names the file. The job is not run again: the file stays as it is.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class UnusableFileException extends IOException {
  private static final long serialVersionUID = 1L;

  UnusableFileException(String path, Exception problem) {
    super(path + ": " + problem.getMessage());
    addSuppressed(problem);
  }
}
