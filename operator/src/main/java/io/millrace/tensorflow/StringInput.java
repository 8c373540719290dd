package io.millrace.tensorflow;

import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * Rows of an input of strings. Memory full of zeros is an array of empty TF_TStrings; a string that
 * is too long to lie in its TF_TString has memory of its own, which is reused when the slot is
 * written again and given back at the end.
 */
final class StringInput extends InputWriter {
  private static final int STRING_BYTES = Loader.sizeof(TF_TString.class);

  private @Nullable TF_TString slots;
  private BytePointer staging = new BytePointer(256);
  private int used;
  private boolean closed;

  StringInput(TensorSpec spec, Shape rowShape, int maxRows, InputTensors tensors) {
    super(spec, rowShape, 1, STRING_BYTES, maxRows, tensors);
  }

  @Override
  void mapped(NativeMemory grown) {
    // Growing moves the TF_TStrings as bytes; none of them points into itself.
    slots = new TF_TString(grown.start());
  }

  @Override
  public TensorWriter put(byte[] value) {
    return putBytes(value, 0, value.length);
  }

  @Override
  public TensorWriter putBytes(byte[] source, int offset, int length) {
    TF_TString target = slots;
    if (position == end || target == null) {
      throw full();
    }
    if (staging.capacity() < length) {
      staging.close();
      staging = new BytePointer(Math.max(length, 2 * staging.capacity()));
    }
    staging.put(source, offset, length);
    tensorflow.TF_TString_Copy(target.position(position), staging, length);
    position++;
    used = Math.max(used, position);
    return this;
  }

  @Override
  public TensorWriter put(String value) {
    return put(value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (slots != null) {
      for (int i = 0; i < used; i++) {
        tensorflow.TF_TString_Dealloc(slots.position(i));
      }
    }
    staging.close();
    super.close();
  }
}
