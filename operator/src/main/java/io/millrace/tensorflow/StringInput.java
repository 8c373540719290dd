package io.millrace.tensorflow;

import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import io.millrace.tensor.TensorWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * Rows of an input of strings. Memory full of zeros is an array of empty TF_TStrings; a string that
 * is too long to lie in its TF_TString has memory of its own, which is reused when the slot is
 * written again and given back at the end.
 */
final class StringInput extends InputWriter {
  private final byte[] padValue;
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private @Nullable TF_TString slots;
  private @Nullable StringSlot padding;
  private BytePointer staging = new BytePointer(256);
  private int used;
  private boolean closed;

  StringInput(TensorSpec spec, Shape rowShape, byte[] padValue, RowMemory memory) {
    super(spec, rowShape, 1, memory);
    this.padValue = padValue;
  }

  @Override
  void mapped(NativeMemory grown) {
    // Growing moves the TF_TStrings as bytes; none of them points into itself.
    slots = new TF_TString(grown.start());
    bytes = grown.buffer();
  }

  @Override
  void unmapped() {
    if (slots != null) {
      for (int i = 0; i < used; i++) {
        tensorflow.TF_TString_Dealloc(slots.position(i));
      }
    }
    slots = null;
    used = 0;
  }

  /** Swaps the TF_TStrings, so that what this one held before is written again by the other. */
  @Override
  void takeUnits(InputWriter other, int to, int units) {
    ByteBuffer source = ((StringInput) other).bytes;
    for (int i = 0; i < units * ElementBytes.STRING; i += Long.BYTES) {
      int target = to * ElementBytes.STRING + i;
      long taken = source.getLong(i);
      source.putLong(i, bytes.getLong(target));
      bytes.putLong(target, taken);
    }
    used = Math.max(used, to + units);
  }

  @Override
  void showUnits(InputWriter other, int from, int to, int units) {
    ByteBuffer source = ((StringInput) other).bytes;
    bytes.put(
        to * ElementBytes.STRING, source, from * ElementBytes.STRING, units * ElementBytes.STRING);
  }

  @Override
  void pad(int start, int units) {
    if (units == 0) {
      return;
    }
    StringSlot shown = padding;
    if (shown == null) {
      shown = new StringSlot(padValue);
      padding = shown;
    }
    for (int i = start; i < start + units; i++) {
      bytes.put(i * ElementBytes.STRING, shown.bytes(), 0, ElementBytes.STRING);
    }
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
    if (!closed) {
      closed = true;
      super.close();
      staging.close();
      if (padding != null) {
        padding.close();
      }
    }
  }
}
