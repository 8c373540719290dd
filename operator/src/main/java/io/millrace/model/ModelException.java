package io.millrace.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A version that cannot be used. The message says what is wrong and what would mend it. */
public final class ModelException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ModelReason reason;

  public ModelException(ModelReason reason, String message) {
    this(reason, message, null);
  }

  public ModelException(ModelReason reason, String message, @Nullable Throwable cause) {
    super(Objects.requireNonNull(message, "message"), cause);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** The code in the event. */
  public ModelReason reason() {
    return reason;
  }
}
