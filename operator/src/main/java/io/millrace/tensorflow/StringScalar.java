package io.millrace.tensorflow;

import java.nio.charset.StandardCharsets;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/** One string as a tensor. */
final class StringScalar implements AutoCloseable {
  private final StringSlot slot;
  private final TF_Tensor tensor;

  StringScalar(String value) {
    slot = new StringSlot(value.getBytes(StandardCharsets.UTF_8));
    NativeMemory memory = slot.memory();
    tensor = memory.tensor(tensorflow.TF_STRING, new long[0], 0, memory.bytes());
  }

  TF_Tensor tensor() {
    return tensor;
  }

  @Override
  public void close() {
    tensorflow.TF_DeleteTensor(tensor);
    slot.close();
  }
}
