package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;

/**
 * A place in a message of protobuf's wire format. Each method moves over what it reads and is told
 * where the message ends that it reads in. Source: protobuf.dev, Encoding. Not thread-safe.
 */
final class WireScanner {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED32 = 5;
  private static final int LAST_SHIFT = 63;

  private byte[] bytes = new byte[0];
  private int at;

  /** The tag of a field whose value is a message, a string or a packed list. */
  static int delimitedTag(int field) {
    return field << 3 | DELIMITED;
  }

  /** The tag of a field whose value is a varint. */
  static int varintTag(int field) {
    return field << 3 | VARINT;
  }

  /** The tag of a field whose value has four bytes. */
  static int fixed32Tag(int field) {
    return field << 3 | FIXED32;
  }

  /** Moves to the start of a record. */
  void open(byte[] record) {
    bytes = record;
    at = 0;
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return at;
  }

  void moveTo(int position) {
    at = position;
  }

  /** The tag of the next field. */
  int tag(int end) {
    // Like protobuf's own parsers, of more than 32 bits the lower ones.
    int tag = (int) varint(end);
    if (tag >>> 3 == 0) {
      throw malformed("no field has the tag " + tag);
    }
    return tag;
  }

  long varint(int end) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      if (at == end) {
        throw malformed("a number is cut off");
      }
      byte next = bytes[at++];
      if (shift == LAST_SHIFT && next != 1) {
        // No encoder writes it, and protobuf's parsers differ in what they make of it.
        throw malformed("the tenth byte of a number is not 1");
      }
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  /** Reads the length of a value; where that ends. The scanner stands on its start. */
  int delimited(int end) {
    int length = (int) varint(end);
    if (length < 0 || length > end - at) {
      throw malformed("a length goes beyond the end of what it is in");
    }
    return at + length;
  }

  /** Moves over four bytes; where they begin. */
  int fixed32(int end) {
    return fixed(Integer.BYTES, end);
  }

  private int fixed(int length, int end) {
    if (length > end - at) {
      throw malformed("a number is cut off");
    }
    at += length;
    return at - length;
  }

  /** Moves over the value of a field that nobody wants. */
  void skip(int tag, int end) {
    switch (tag & 7) {
      case VARINT -> varint(end);
      case FIXED64 -> fixed(Long.BYTES, end);
      case DELIMITED -> at = delimited(end);
      case FIXED32 -> fixed32(end);
      default -> throw malformed("no value has the wire type " + (tag & 7));
    }
  }

  RecordException malformed(String what) {
    return new RecordException(
        RecordReason.MALFORMED, "not a tf.Example: " + what + ", at byte " + at);
  }
}
