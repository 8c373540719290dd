package io.millrace.tensorflow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The records of a TFRecord file: of each its length in eight bytes, a checksum of that, the
 * record, and a checksum of it. See https://www.tensorflow.org/tutorials/load_data/tfrecord
 *
 * <pre>{@code
 * for (byte[] record : TfRecords.of(Files.readAllBytes(file))) {
 *   Example.parseFrom(record);
 * }
 * }</pre>
 */
public final class TfRecords {
  private static final int MASK = 0xa282ead8;
  private static final int MASK_BITS = 15;

  private final byte[] bytes;
  private final ByteBuffer rest;

  private TfRecords(byte[] bytes) {
    this.bytes = bytes;
    this.rest = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The records.
   *
   * @param bytes of the whole file
   * @throws IOException naming the byte from which on they are not those of a TFRecord file, or are
   *     damaged
   */
  public static List<byte[]> of(byte[] bytes) throws IOException {
    return of(bytes, Integer.MAX_VALUE);
  }

  /**
   * The records, of which there may be so many.
   *
   * @throws IOException as the other, and if there are more
   */
  static List<byte[]> of(byte[] bytes, int most) throws IOException {
    TfRecords records = new TfRecords(bytes);
    List<byte[]> found = new ArrayList<>();
    while (records.rest.hasRemaining()) {
      if (found.size() == most) {
        throw new IOException("more than " + most + " records, which is the most there may be");
      }
      found.add(records.next(found.size()));
    }
    return found;
  }

  private byte[] next(int index) throws IOException {
    int start = rest.position();
    require(rest.remaining() >= Long.BYTES + Integer.BYTES, index, start);
    long length = rest.getLong();
    require(rest.getInt() == checksum(start, Long.BYTES), index, start);
    require(length >= 0 && length <= rest.remaining() - Integer.BYTES, index, start);
    byte[] record = new byte[(int) length];
    int begin = rest.position();
    rest.get(record);
    require(rest.getInt() == checksum(begin, record.length), index, start);
    return record;
  }

  private int checksum(int from, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, from, length);
    return Integer.rotateRight((int) sum.getValue(), MASK_BITS) + MASK;
  }

  private static void require(boolean whole, int index, int start) throws IOException {
    if (!whole) {
      throw new IOException(
          "record "
              + index
              + ", byte "
              + start
              + ": expected a TFRecord file, whole and undamaged");
    }
  }
}
