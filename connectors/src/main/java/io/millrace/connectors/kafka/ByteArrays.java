package io.millrace.connectors.kafka;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Arrays in their binary form: a length, -1 for null, and the bytes in bulk. */
final class ByteArrays {
  private ByteArrays() {}

  /** Reads the byte that a stored record begins with. */
  static void requireFormat(byte expected, DataInputView source) throws IOException {
    byte format = source.readByte();
    if (format != expected) {
      throw new IOException(
          "stored record of format "
              + format
              + ": expected "
              + expected
              + "; restore this state with the release that wrote it, or a later one");
    }
  }

  static void write(byte @Nullable [] bytes, DataOutputView target) throws IOException {
    if (bytes == null) {
      target.writeInt(-1);
    } else {
      target.writeInt(bytes.length);
      target.write(bytes);
    }
  }

  static byte @Nullable [] read(DataInputView source) throws IOException {
    int length = source.readInt();
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    source.readFully(bytes);
    return bytes;
  }
}
