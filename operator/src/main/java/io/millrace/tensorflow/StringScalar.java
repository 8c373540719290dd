package io.millrace.tensorflow;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/** One string as a tensor. */
final class StringScalar implements AutoCloseable {
  private final NativeMemory memory = new NativeMemory(Loader.sizeof(TF_TString.class));
  private final TF_TString slot = new TF_TString(memory.start());
  private final TF_Tensor tensor;

  StringScalar(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    try (BytePointer content = new BytePointer(bytes)) {
      tensorflow.TF_TString_Copy(slot, content, bytes.length);
    }
    tensor = memory.tensor(tensorflow.TF_STRING, new long[0], 0, memory.bytes());
  }

  TF_Tensor tensor() {
    return tensor;
  }

  @Override
  public void close() {
    tensorflow.TF_DeleteTensor(tensor);
    tensorflow.TF_TString_Dealloc(slot);
    memory.close();
  }
}
