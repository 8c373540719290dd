package io.millrace.connectors.files;

import java.io.EOFException;
import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * The bytes of a file as they are stored, below whatever unpacks them. What goes wrong here is the
 * storage's: HDFS reports a dropped connection as the same {@code EOFException} that a decompressor
 * throws where a file breaks off.
 */
final class StorageStream extends FSDataInputStream {
  private final FSDataInputStream in;
  private final long length;

  /**
   * @param length of the whole file, as it was listed
   */
  StorageStream(FSDataInputStream in, long length) {
    this.in = in;
    this.length = length;
  }

  @Override
  public int read() throws IOException {
    int read;
    try {
      read = in.read();
    } catch (IOException e) {
      throw failure(e);
    }
    requireWhole(read);
    return read;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    int read;
    try {
      read = in.read(target, offset, count);
    } catch (IOException e) {
      throw failure(e);
    }
    requireWhole(read);
    return read;
  }

  private void requireWhole(int read) throws IOException {
    if (read < 0 && getPos() < length) {
      throw new StorageException(
          "the storage ended the file at byte "
              + getPos()
              + ": expected "
              + length
              + ", as it was listed",
          null);
    }
  }

  @Override
  public void seek(long position) throws IOException {
    if (position < 0 || position > length) {
      // Where a file says that something is, which the storage has nothing to do with.
      throw new EOFException("there is no byte " + position + " in a file of " + length);
    }
    try {
      in.seek(position);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public long getPos() throws IOException {
    try {
      return in.getPos();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static StorageException failure(IOException cause) {
    return new StorageException("cannot read the storage: " + cause.getMessage(), cause);
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
