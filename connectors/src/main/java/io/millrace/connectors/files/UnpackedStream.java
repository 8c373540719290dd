package io.millrace.connectors.files;

import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.fs.FSDataInputStream;

/** What a compressed file unpacks to, from its beginning to its end. */
final class UnpackedStream extends FSDataInputStream {
  private final InputStream in;
  private long position;

  UnpackedStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    int read = in.read();
    position += read < 0 ? 0 : 1;
    return read;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    int read = in.read(target, offset, count);
    position += Math.max(0, read);
    return read;
  }

  @Override
  public void seek(long target) throws IOException {
    if (target < position) {
      throw new IOException("a compressed file is read in one go: cannot go back to " + target);
    }
    skipNBytes(target - position);
  }

  @Override
  public long getPos() {
    return position;
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
