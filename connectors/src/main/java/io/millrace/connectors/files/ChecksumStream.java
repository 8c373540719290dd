package io.millrace.connectors.files;

import java.io.IOException;
import java.util.zip.CRC32C;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;

/** Counts and sums what goes through it; closing is left to the one that opened the file. */
final class ChecksumStream extends FSDataOutputStream {
  private final RecoverableFsDataOutputStream out;
  private final CRC32C checksum = new CRC32C();
  private long bytes;

  ChecksumStream(RecoverableFsDataOutputStream out) {
    this.out = out;
  }

  int checksum() {
    return (int) checksum.getValue();
  }

  @Override
  public long getPos() {
    return bytes;
  }

  @Override
  public void write(int value) throws IOException {
    checksum.update(value);
    bytes++;
    out.write(value);
  }

  @Override
  public void write(byte[] content, int offset, int length) throws IOException {
    checksum.update(content, offset, length);
    bytes += length;
    out.write(content, offset, length);
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void sync() throws IOException {
    out.sync();
  }

  @Override
  public void close() {}
}
