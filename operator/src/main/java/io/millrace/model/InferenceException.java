package io.millrace.model;

import java.util.Objects;

/** A native call that failed. The batch is unharmed and may be run again, whole or in part. */
public final class InferenceException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean inputAtFault;

  /**
   * @param message what TensorFlow said
   * @param inputAtFault whether TensorFlow blames the input (INVALID_ARGUMENT, OUT_OF_RANGE) rather
   *     than the model or the machine
   */
  public InferenceException(String message, boolean inputAtFault) {
    super(Objects.requireNonNull(message, "message"));
    this.inputAtFault = inputAtFault;
  }

  /** Whether TensorFlow blames the input rather than the model or the machine. */
  public boolean inputAtFault() {
    return inputAtFault;
  }
}
