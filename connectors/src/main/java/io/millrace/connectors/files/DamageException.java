package io.millrace.connectors.files;

import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file breaks off, or is not what it should be, and there is nothing to be read behind that. */
final class DamageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  /**
   * @param offset of the record that cannot be read, in the bytes that a compressed file unpacks to
   */
  DamageException(long offset, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.offset = offset;
  }

  /**
   * What a reader makes of a failure.
   *
   * @param offset of the record that it was reading
   * @param position behind the last byte that could be read
   * @throws StorageException if the storage failed, and nothing is known of the file
   */
  static DamageException of(long offset, long position, Exception cause) throws StorageException {
    StorageException.rethrow(cause);
    return new DamageException(
        offset,
        "the file breaks off or is damaged behind byte " + position + ": " + problem(cause),
        cause);
  }

  private static String problem(Exception cause) {
    String message = cause.getMessage();
    return message == null && cause instanceof EOFException
        ? "it ends too early"
        : String.valueOf(message);
  }

  long offset() {
    return offset;
  }
}
