package io.millrace.tensorflow;

import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/** What the last native call said. One per owner, reused by every call that it makes. */
final class NativeStatus implements AutoCloseable {
  // Of a record that cannot be parsed, TensorFlow quotes all that it has.
  private static final int MOST_CHARACTERS = 1_000;

  private final TF_Status handle = tensorflow.TF_NewStatus();
  private boolean closed;

  TF_Status handle() {
    return handle;
  }

  boolean isOk() {
    return tensorflow.TF_GetCode(handle) == tensorflow.TF_OK;
  }

  /** Whether TensorFlow blames what was fed rather than the graph or the machine. */
  boolean blamesInput() {
    int code = tensorflow.TF_GetCode(handle);
    return code == tensorflow.TF_INVALID_ARGUMENT || code == tensorflow.TF_OUT_OF_RANGE;
  }

  /** What TensorFlow said, on one line, and cut off where it says much. */
  String message() {
    String all = tensorflow.TF_Message(handle).getString().strip().replaceAll("\\s+", " ");
    return all.length() <= MOST_CHARACTERS
        ? all
        : all.substring(0, MOST_CHARACTERS) + "... (of " + all.length() + " characters)";
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      tensorflow.TF_DeleteStatus(handle);
    }
  }
}
