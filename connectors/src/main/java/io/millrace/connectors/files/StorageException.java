package io.millrace.connectors.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The storage did not give what a file has. Says nothing about the file: it is never taken for
 * damage, whatever the exception is that the file system threw.
 */
final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Throws the failure of the storage that is behind this one, if there is one. */
  static void rethrow(Throwable failure) throws StorageException {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StorageException storage) {
        throw storage;
      }
    }
  }
}
