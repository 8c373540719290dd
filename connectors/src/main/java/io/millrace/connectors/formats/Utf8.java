package io.millrace.connectors.formats;

/** Well-formed UTF-8, as table 3-7 of the Unicode Standard has it. */
final class Utf8 {
  private Utf8() {}

  /** Whether so many bytes are UTF-8. */
  static boolean isWellFormed(byte[] bytes, int length) {
    for (int i = 0; i < length; ) {
      int sequence = bytes[i] >= 0 ? 1 : sequence(bytes, i, length);
      if (sequence == 0) {
        return false;
      }
      i += sequence;
    }
    return true;
  }

  /** How many bytes the character of more than one byte at {@code at} has; 0 if it is malformed. */
  static int sequence(byte[] bytes, int at, int end) {
    int lead = bytes[at] & 0xFF;
    int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead < 0xC2 || lead > 0xF4 || at + length > end) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    // Neither longer than needed, nor a surrogate, nor beyond the last code point.
    int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = at + 2; i < at + length; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
