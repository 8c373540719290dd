package io.millrace.connectors.files;

import io.millrace.tensor.RecordReason;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a TFRecord file: of each its length in eight bytes, a checksum of that, the
 * record, and a checksum of it, all little-endian. Source:
 * https://www.tensorflow.org/tutorials/load_data/tfrecord. A record whose own checksum does not
 * agree is refused and the next one read; behind a length that is wrong, nothing can be found.
 */
final class TfRecordReader implements PieceFormat.Reader {
  private static final int HEADER = Long.BYTES + Integer.BYTES;
  private static final int MASK = 0xa282ead8;
  private static final int MASK_BITS = 15;
  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final int maxBytes;
  private final CRC32C sum = new CRC32C();
  private final byte[] header = new byte[HEADER];
  private final byte[] footer = new byte[Integer.BYTES];
  private long position;

  /**
   * @param in at the beginning of the file
   * @param maxBytes what a record may have at the most
   */
  TfRecordReader(InputStream in, int maxBytes) {
    this.in = new BufferedInputStream(in, BUFFER);
    this.maxBytes = maxBytes;
  }

  @Override
  public @Nullable FilePiece read() throws IOException {
    long start = position;
    try {
      int read = in.readNBytes(header, 0, HEADER);
      position += read;
      if (read == 0) {
        return null;
      }
      require(read == HEADER, "the length of a record is cut off");
      return record(start, length());
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(start, position, e);
    }
  }

  private long length() throws IOException {
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    long length = fields.getLong();
    require(
        length >= 0 && fields.getInt() == checksum(header, Long.BYTES),
        "no TFRecord begins at byte "
            + (position - HEADER)
            + ", the length and its checksum do not agree");
    return length;
  }

  private FilePiece record(long start, long length) throws IOException {
    if (length > maxBytes) {
      skip(length);
      skip(Integer.BYTES);
      return FilePiece.refused(
          start,
          RecordReason.TOO_LARGE,
          "the record has " + length + " bytes: expected at most " + maxBytes);
    }
    byte[] value = in.readNBytes((int) length);
    position += value.length;
    int read = in.readNBytes(footer, 0, footer.length);
    position += read;
    require(value.length == length && read == footer.length, "a record is cut off");
    int expected = ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return expected == checksum(value, value.length)
        ? FilePiece.record(start, value)
        : FilePiece.refused(
            start, RecordReason.MALFORMED, "the record and its checksum do not agree");
  }

  private void skip(long bytes) throws IOException {
    try {
      in.skipNBytes(bytes);
    } catch (EOFException e) {
      throw cutOff(e);
    }
    position += bytes;
  }

  private static EOFException cutOff(EOFException cause) {
    EOFException failure = new EOFException("a record is cut off");
    failure.initCause(cause);
    return failure;
  }

  private static void require(boolean whole, String problem) throws EOFException {
    if (!whole) {
      throw new EOFException(problem);
    }
  }

  private int checksum(byte[] bytes, int length) {
    sum.reset();
    sum.update(bytes, 0, length);
    return Integer.rotateRight((int) sum.getValue(), MASK_BITS) + MASK;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
