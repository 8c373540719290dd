package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;

/** Writes a line for each element, which has no end of line. */
final class LineWriter implements BulkWriter<byte[]> {
  static final String SUFFIX = ".jsonl";

  private static final int BUFFER = 1 << 16;

  private final FSDataOutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private int filled;

  LineWriter(FSDataOutputStream out) {
    this.out = out;
  }

  @Override
  public void addElement(byte[] line) throws IOException {
    if (line.length >= BUFFER - filled) {
      flush();
    }
    if (line.length >= BUFFER) {
      out.write(line);
    } else {
      System.arraycopy(line, 0, buffer, filled, line.length);
      filled += line.length;
    }
    buffer[filled++] = '\n';
  }

  @Override
  public void flush() throws IOException {
    out.write(buffer, 0, filled);
    filled = 0;
  }

  @Override
  public void finish() throws IOException {
    flush();
  }
}
