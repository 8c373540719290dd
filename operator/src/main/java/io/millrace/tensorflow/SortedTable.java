package io.millrace.tensorflow;

import io.millrace.model.HeapShare;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Reads a table in LevelDB's format (leveldb/doc/table_format.md), which TensorFlow writes its
 * checkpoint indexes in. Checksums are left to TensorFlow, which verifies them when it restores.
 */
final class SortedTable {
  private static final int FOOTER_BYTES = 48;
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final byte UNCOMPRESSED = 0;
  private static final byte SNAPPY = 1;
  // A copy of up to 64 bytes takes 3: a block that claims to unpack to more than this is damaged.
  private static final int MAX_SNAPPY_RATIO = 22;

  // A key may share all of its bytes with the one before it, and a block be named again and again:
  // what is read in all has little to do with the size of the file.
  private static final int ENTRY_BYTES = 200;

  private final byte[] file;
  private final HeapShare share;

  private SortedTable(byte[] file, HeapShare share) {
    this.file = file;
    this.share = share;
  }

  /**
   * All keys and values.
   *
   * @param share of what they are counted
   * @throws IOException if it is not a table, or its entries take more than there is
   */
  static TreeMap<String, byte[]> parse(byte[] file, HeapShare share) throws IOException {
    return new SortedTable(file, share).read();
  }

  private TreeMap<String, byte[]> read() throws IOException {
    if (file.length < FOOTER_BYTES) {
      throw new IOException(file.length + " bytes are too few for a table");
    }
    ByteBuffer footer =
        ByteBuffer.wrap(file, file.length - FOOTER_BYTES, FOOTER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    if (footer.getLong(file.length - Long.BYTES) != MAGIC) {
      throw new IOException("it does not end as a table does");
    }
    varint(footer);
    varint(footer);
    TreeMap<String, byte[]> entries = new TreeMap<>();
    for (byte[] handle : entries(block(footer)).values()) {
      entries.putAll(entries(block(ByteBuffer.wrap(handle))));
    }
    return entries;
  }

  /** A block, unpacked; the handle is its offset and its size. */
  private byte[] block(ByteBuffer handle) throws IOException {
    long offset = varint(handle);
    long size = varint(handle);
    if (offset < 0 || size < 0 || offset >= file.length || size >= file.length - offset) {
      throw new IOException("a block lies outside the file");
    }
    share.take(size);
    int end = (int) (offset + size);
    byte[] content = Arrays.copyOfRange(file, (int) offset, end);
    return switch (file[end]) {
      case UNCOMPRESSED -> content;
      case SNAPPY -> unpack(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
      default -> throw new IOException("a block is packed in an unknown way, " + file[end]);
    };
  }

  private TreeMap<String, byte[]> entries(byte[] block) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    int restarts = buffer.getInt(block.length - Integer.BYTES);
    buffer.limit(Math.toIntExact(block.length - Integer.BYTES * (restarts + 1L)));
    TreeMap<String, byte[]> entries = new TreeMap<>();
    byte[] key = {};
    while (buffer.hasRemaining()) {
      int shared = (int) varint(buffer);
      if (shared < 0 || shared > key.length) {
        throw new IOException("a key shares " + shared + " bytes with one of " + key.length);
      }
      int unshared = (int) varint(buffer);
      byte[] value = new byte[bounded((int) varint(buffer), buffer)];
      int length = shared + bounded(unshared, buffer);
      share.take((long) ENTRY_BYTES + length + value.length);
      key = Arrays.copyOf(key, length);
      buffer.get(key, shared, unshared);
      buffer.get(value);
      entries.put(new String(key, StandardCharsets.UTF_8), value);
    }
    return entries;
  }

  private static int bounded(int length, ByteBuffer buffer) throws IOException {
    if (length < 0 || length > buffer.remaining()) {
      throw new IOException("an entry lies outside its block");
    }
    return length;
  }

  /** Snappy's raw format (snappy/format_description.txt). */
  private byte[] unpack(ByteBuffer packed) throws IOException {
    long size = varint(packed);
    if (size < 0 || size > (long) MAX_SNAPPY_RATIO * packed.remaining()) {
      throw new IOException("a block of " + packed.limit() + " bytes cannot unpack to " + size);
    }
    share.take(size);
    byte[] unpacked = new byte[(int) size];
    int position = 0;
    while (packed.hasRemaining()) {
      int tag = packed.get() & 0xFF;
      if ((tag & 3) == 0) {
        int length = (tag >>> 2) + 1;
        if (length > 60) {
          int bytes = length - 60;
          length = 1 + (int) littleEndian(packed, bytes);
        }
        packed.get(unpacked, position, length);
        position += length;
        continue;
      }
      int length = (tag & 3) == 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
      int offset =
          switch (tag & 3) {
            case 1 -> ((tag >>> 5) << 8) | (packed.get() & 0xFF);
            case 2 -> (int) littleEndian(packed, 2);
            default -> (int) littleEndian(packed, 4);
          };
      if (offset <= 0 || offset > position || length > unpacked.length - position) {
        throw new IOException("a packed block is damaged");
      }
      // Byte by byte: a copy may overlap what it writes.
      for (int i = 0; i < length; i++, position++) {
        unpacked[position] = unpacked[position - offset];
      }
    }
    return unpacked;
  }

  private static long littleEndian(ByteBuffer buffer, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (buffer.get() & 0xFFL) << (8 * i);
    }
    return value;
  }

  private static long varint(ByteBuffer buffer) throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = buffer.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("a number has too many bytes");
  }
}
