package io.millrace.tensor;

import java.util.Objects;

/**
 * A record that cannot be scored. It carries no stack trace: a bad record is data, not a bug, and a
 * stream of them must not cost more than a stream of good ones.
 */
public final class RecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final RecordReason reason;

  /**
   * @param reason the code in the dead letter
   * @param message what, where, actual and expected; never the payload
   */
  public RecordException(RecordReason reason, String message) {
    super(Objects.requireNonNull(message, "message"), null, false, false);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** The code in the dead letter. */
  public RecordReason reason() {
    return reason;
  }
}
