package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Avro's binary form out of bytes that are not to be trusted. Avro 1.11.4 makes room for as many
 * bytes and elements as a length says, whatever there is behind it, two gigabytes for five bytes,
 * and goes back and round for ever where a block to be skipped has a negative length. Here no
 * length exceeds what is left, and the elements of all arrays and maps are no more than the bytes,
 * but for a thousand, as some take none. Not thread-safe.
 */
final class BoundedDecoder extends Decoder {
  private static final int MAX_EMPTY = 1000;

  private BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(new byte[0], null);
  private InputStream rest = decoder.inputStream();
  private int size;
  private long items;

  /** Reads these bytes next, from {@code offset} to their end. */
  void read(byte[] value, int offset) {
    size = value.length;
    decoder = DecoderFactory.get().binaryDecoder(value, offset, size - offset, decoder);
    rest = decoder.inputStream();
    items = 0;
  }

  /** How many bytes are left. */
  int remaining() throws IOException {
    return rest.available();
  }

  /** What the read values may take: their bytes, and elements, some of which take none. */
  long extent() {
    return size + items;
  }

  /** Where in the bytes the next one is. */
  int position() throws IOException {
    return size - remaining();
  }

  /** What is wrong just before the next byte. */
  RecordException malformed(String what) throws IOException {
    return new RecordException(
        RecordReason.MALFORMED, "at byte " + position() + " of " + size + ": " + what);
  }

  private int length() throws IOException {
    long length = decoder.readLong();
    if (length < 0 || length > remaining()) {
      throw malformed("a length of " + length + ", with " + remaining() + " bytes left");
    }
    return (int) length;
  }

  /** The elements of an array's or a map's next block, 0 behind the last. */
  private long block() throws IOException {
    long count = decoder.readLong();
    if (count < 0) {
      decoder.readLong();
      count = -count;
    }
    return counted(count);
  }

  /** Likewise, behind those blocks that say how many bytes they have, which are passed over. */
  private long skippedBlocks() throws IOException {
    long count = decoder.readLong();
    while (count < 0) {
      decoder.skipFixed(length());
      count = decoder.readLong();
    }
    return counted(count);
  }

  private long counted(long count) throws IOException {
    if (count < 0 || count > size + MAX_EMPTY - items) {
      throw malformed(
          "%d elements behind %d in arrays and maps: expected at most %d"
              .formatted(count, items, size + MAX_EMPTY));
    }
    items += count;
    return count;
  }

  @Override
  public org.apache.avro.util.Utf8 readString(org.apache.avro.util.@Nullable Utf8 old)
      throws IOException {
    int length = length();
    org.apache.avro.util.Utf8 text = old == null ? new org.apache.avro.util.Utf8() : old;
    text.setByteLength(length);
    decoder.readFixed(text.getBytes(), 0, length);
    requireUtf8(text.getBytes(), length);
    return text;
  }

  private void requireUtf8(byte[] bytes, int length) throws IOException {
    if (!Utf8.isWellFormed(bytes, length)) {
      throw malformed("the string before it is no UTF-8");
    }
  }

  @Override
  public String readString() throws IOException {
    return readString(null).toString();
  }

  @Override
  public void skipString() throws IOException {
    skipBytes();
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
    byte[] bytes = new byte[length()];
    decoder.readFixed(bytes, 0, bytes.length);
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public void skipBytes() throws IOException {
    decoder.skipFixed(length());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    decoder.readFixed(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    decoder.skipFixed(length);
  }

  @Override
  public void readNull() throws IOException {
    decoder.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return decoder.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return decoder.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return decoder.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return decoder.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return decoder.readDouble();
  }

  @Override
  public int readEnum() throws IOException {
    return decoder.readEnum();
  }

  @Override
  public int readIndex() throws IOException {
    return decoder.readIndex();
  }

  @Override
  public long readArrayStart() throws IOException {
    return block();
  }

  @Override
  public long arrayNext() throws IOException {
    return readArrayStart();
  }

  @Override
  public long skipArray() throws IOException {
    return skippedBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return readArrayStart();
  }

  @Override
  public long mapNext() throws IOException {
    return readArrayStart();
  }

  @Override
  public long skipMap() throws IOException {
    return skippedBlocks();
  }
}
