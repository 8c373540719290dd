package io.millrace.connectors.files;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads the records of one size that begin in a split. */
final class RawReader implements PieceFormat.Reader {
  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final long end;
  private final int recordBytes;
  private long position;

  /**
   * @param in at {@code position}
   * @param end before which records begin
   */
  RawReader(InputStream in, long position, long end, int recordBytes) {
    this.in = new BufferedInputStream(in, BUFFER);
    this.position = position;
    this.end = end;
    this.recordBytes = recordBytes;
  }

  @Override
  public @Nullable FilePiece read() throws IOException {
    if (position >= end) {
      return null;
    }
    long start = position;
    byte[] value = new byte[recordBytes];
    try {
      int read = in.readNBytes(value, 0, recordBytes);
      position += read;
      if (read == 0) {
        return null;
      }
      if (read < recordBytes) {
        throw new EOFException("the last record has " + read + " bytes: expected " + recordBytes);
      }
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(start, position, e);
    }
    return FilePiece.record(start, value);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
