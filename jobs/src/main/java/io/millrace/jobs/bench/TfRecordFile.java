package io.millrace.jobs.bench;

import io.millrace.jobs.ConfigurationException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The records of a TFRecord file, in which {@code tf.Example}s are kept: of each its length in
 * eight bytes, a checksum of that, the record, and a checksum of it. See
 * https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
final class TfRecordFile {
  private static final int MASK = 0xa282ead8;
  private static final int MASK_BITS = 15;

  private final Path file;
  private final byte[] bytes;
  private final ByteBuffer rest;

  private TfRecordFile(Path file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
    this.rest = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The records.
   *
   * @param file to be named
   * @throws ConfigurationException if the bytes are not those of a TFRecord file, or are damaged
   */
  static List<byte[]> records(Path file, byte[] bytes) throws ConfigurationException {
    TfRecordFile records = new TfRecordFile(file, bytes);
    List<byte[]> found = new ArrayList<>();
    while (records.rest.hasRemaining()) {
      found.add(records.next());
    }
    return found;
  }

  private byte[] next() throws ConfigurationException {
    int start = rest.position();
    require(rest.remaining() >= Long.BYTES + Integer.BYTES, start);
    long length = rest.getLong();
    require(rest.getInt() == checksum(start, Long.BYTES), start);
    require(length >= 0 && length <= rest.remaining() - Integer.BYTES, start);
    byte[] record = new byte[(int) length];
    int begin = rest.position();
    rest.get(record);
    require(rest.getInt() == checksum(begin, record.length), start);
    return record;
  }

  private int checksum(int from, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, from, length);
    return Integer.rotateRight((int) sum.getValue(), MASK_BITS) + MASK;
  }

  private void require(boolean whole, int start) throws ConfigurationException {
    if (!whole) {
      throw new ConfigurationException(
          "records '"
              + file
              + "', byte "
              + start
              + ": expected a TFRecord file, whole and undamaged");
    }
  }
}
