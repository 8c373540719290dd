package io.millrace.connectors.files;

import io.millrace.tensor.RecordReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.fs.FSDataInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a split. A line ends with LF or CR LF; blank ones are passed over. */
final class LineReader implements PieceFormat.Reader {
  private static final int BUFFER = 1 << 16;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final FSDataInputStream in;
  private final long end;
  private final int maxBytes;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);

  private int from;
  private int to;

  /** Of {@code buffer[from]}. */
  private long position;

  private long lineBytes;
  private boolean over;

  /**
   * @param in at the beginning of the split
   * @param end up to where lines may begin
   */
  LineReader(FSDataInputStream in, long end, int maxBytes) throws IOException {
    this.in = in;
    this.end = end;
    this.maxBytes = maxBytes;
    this.position = in.getPos();
    if (position > 0) {
      collectLine(position);
    }
  }

  @Override
  public @Nullable FilePiece read() throws IOException {
    while (!over && position <= end) {
      long start = position;
      boolean ended = collectLine(start);
      over = !ended;
      if (lineBytes > maxBytes) {
        return FilePiece.refused(
            start,
            RecordReason.TOO_LARGE,
            "the line has " + lineBytes + " bytes: expected at most " + maxBytes);
      }
      byte[] bytes = trimmed(start);
      if (!isBlank(bytes)) {
        return FilePiece.record(start, bytes);
      }
    }
    return null;
  }

  /**
   * Collects up to the next line's beginning; of a line that is too long, only its length.
   *
   * @return whether it had an end
   */
  private boolean collectLine(long start) throws IOException {
    line.reset();
    lineBytes = 0;
    while (from < to || fill(start)) {
      int stop = from;
      while (stop < to && buffer[stop] != '\n') {
        stop++;
      }
      lineBytes += stop - from;
      if (lineBytes <= (long) maxBytes + 1) {
        line.write(buffer, from, stop - from);
      }
      boolean ended = stop < to;
      int next = ended ? stop + 1 : stop;
      position += next - from;
      from = next;
      if (ended) {
        return true;
      }
    }
    return false;
  }

  private boolean fill(long start) throws IOException {
    try {
      int read = in.read(buffer, 0, buffer.length);
      from = 0;
      to = Math.max(0, read);
      return read > 0;
    } catch (IOException | RuntimeException e) {
      // Some decompressors trip over what is not theirs.
      throw DamageException.of(start, position, e);
    }
  }

  private byte[] trimmed(long start) {
    byte[] bytes = line.toByteArray();
    int first = start == 0 && startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
    int last =
        bytes.length > first && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
    return first == 0 && last == bytes.length ? bytes : Arrays.copyOfRange(bytes, first, last);
  }

  private static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= BYTE_ORDER_MARK.length
        && Arrays.equals(
            bytes, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
