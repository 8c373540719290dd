package io.millrace.tensorflow;

import io.millrace.model.BatchSizes;
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

  private final byte[] padValue;
  private @Nullable TF_TString slots;
  private BytePointer staging = new BytePointer(256);
  private int used;
  private boolean closed;

  StringInput(
      TensorSpec spec, Shape rowShape, BatchSizes sizes, byte[] padValue, InputTensors tensors) {
    super(spec, rowShape, 1, STRING_BYTES, sizes, tensors);
    this.padValue = padValue;
  }

  @Override
  void mapped(NativeMemory grown) {
    // Growing moves the TF_TStrings as bytes; none of them points into itself.
    slots = new TF_TString(grown.start());
  }

  /** Copies the strings too: each slot owns what it holds. */
  @Override
  void repeatRow(NativeMemory rows, int start, int units, int times) {
    TF_TString from = new TF_TString(rows.start());
    TF_TString to = new TF_TString(rows.start());
    int end = start + units * (times + 1);
    for (int i = start + units; i < end; i++) {
      copy(from.position(i - units), to.position(i));
    }
    used = Math.max(used, end);
  }

  @Override
  void copyUnits(InputWriter other, int from, int to, int units) {
    TF_TString source = ((StringInput) other).slots;
    TF_TString target = slots;
    if (source == null || target == null || units == 0) {
      return;
    }
    TF_TString here = other == this ? new TF_TString(target) : target;
    for (int i = units - 1; i >= 0; i--) {
      if (other != this || from != to) {
        copy(source.position(from + i), here.position(to + i));
      }
    }
    used = Math.max(used, to + units);
  }

  @Override
  void pad(int start, int units) {
    TF_TString target = slots;
    if (target == null || units == 0) {
      return;
    }
    stage(padValue, 0, padValue.length);
    for (int i = start; i < start + units; i++) {
      tensorflow.TF_TString_Copy(target.position(i), staging, padValue.length);
    }
    used = Math.max(used, start + units);
  }

  private static void copy(TF_TString from, TF_TString to) {
    tensorflow.TF_TString_Copy(
        to, tensorflow.TF_TString_GetDataPointer(from), tensorflow.TF_TString_GetSize(from));
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
    stage(source, offset, length);
    tensorflow.TF_TString_Copy(target.position(position), staging, length);
    position++;
    used = Math.max(used, position);
    return this;
  }

  private void stage(byte[] source, int offset, int length) {
    if (staging.capacity() < length) {
      staging.close();
      staging = new BytePointer(Math.max(length, 2 * staging.capacity()));
    }
    staging.put(source, offset, length);
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
