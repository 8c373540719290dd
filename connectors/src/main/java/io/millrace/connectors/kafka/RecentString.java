package io.millrace.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes and reads strings that seldom change from one to the next, remembering the last one in
 * both forms. Not thread-safe; the bytes do not depend on what was remembered.
 */
final class RecentString {
  private String written = "";
  private byte[] writtenBytes = {};
  private String read = "";
  private byte[] readBytes = {};
  private byte[] scratch = {};

  void write(String string, DataOutputView target) throws IOException {
    if (!string.equals(written)) {
      written = string;
      writtenBytes = string.getBytes(UTF_8);
    }
    target.writeInt(writtenBytes.length);
    target.write(writtenBytes);
  }

  String read(DataInputView source) throws IOException {
    int length = source.readInt();
    if (scratch.length < length) {
      scratch = new byte[length];
    }
    source.readFully(scratch, 0, length);
    if (!Arrays.equals(scratch, 0, length, readBytes, 0, readBytes.length)) {
      readBytes = Arrays.copyOf(scratch, length);
      read = new String(readBytes, UTF_8);
    }
    return read;
  }
}
