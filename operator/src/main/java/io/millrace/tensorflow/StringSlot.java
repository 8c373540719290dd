package io.millrace.tensorflow;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.global.tensorflow;

/** One string in native memory, for tensors to show. */
final class StringSlot implements AutoCloseable {
  private final NativeMemory memory = new NativeMemory(ElementBytes.STRING);
  private final TF_TString slot = new TF_TString(memory.start());
  private final ByteBuffer bytes = memory.buffer();

  StringSlot(byte[] value) {
    try (BytePointer content = new BytePointer(value)) {
      tensorflow.TF_TString_Copy(slot, content, value.length);
    }
  }

  NativeMemory memory() {
    return memory;
  }

  /** The TF_TString itself; a copy of it shows the same string. */
  ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public void close() {
    tensorflow.TF_TString_Dealloc(slot);
    memory.close();
  }
}
