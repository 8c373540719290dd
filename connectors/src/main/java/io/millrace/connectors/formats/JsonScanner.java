package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import java.util.Arrays;

/**
 * A place in the bytes of one JSON object, which moves over values that are plainly what they ought
 * to be. Each method throws {@link NotPlain} where there is anything else; what it accepts is JSON,
 * and its value is the one that Jackson reads. Nothing is allocated. Not thread-safe.
 *
 * <p>The record's last brace ends every loop over whitespace and digits, so that only strings look
 * where the record ends.
 */
final class JsonScanner {
  private static final int MAX_NAME = 256;

  private final int maxDepth;
  private final JsonNumber number = new JsonNumber();
  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  /**
   * @param maxDepth how deep values may be nested, the record's own object included
   */
  JsonScanner(int maxDepth) {
    this.maxDepth = maxDepth;
  }

  /** Moves to the start of a record. */
  void open(byte[] record) {
    int last = record.length - 1;
    while (last >= 0 && isSpace(record[last])) {
      last--;
    }
    NotPlain.unless(last > 0 && record[last] == '}');
    bytes = record;
    at = 0;
    end = last;
  }

  /** The record ends here. */
  void close() {
    NotPlain.unless(at == end + 1);
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return at;
  }

  void requireDepth(int depth) {
    NotPlain.unless(depth <= maxDepth);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  /** The next byte that is not whitespace; the scanner stands on it. */
  byte peek() {
    at = nonSpace(bytes, at);
    return bytes[at];
  }

  private static int nonSpace(byte[] bytes, int from) {
    int next = from;
    while (bytes[next] <= ' ') {
      NotPlain.unless(isSpace(bytes[next]));
      next++;
    }
    return next;
  }

  /** Moves over this mark if it comes next. */
  boolean take(char mark) {
    if (peek() != mark) {
      return false;
    }
    at++;
    return true;
  }

  /** Moves over this mark, which has to come next. */
  void expect(char mark) {
    NotPlain.unless(peek() == mark);
    at++;
  }

  /** Moves over the name and its closing quote, if that is what comes next. */
  boolean takeName(byte[] name) {
    int to = at + name.length;
    if (to >= end || bytes[to] != '"' || !Arrays.equals(bytes, at, to, name, 0, name.length)) {
      return false;
    }
    at = to + 1;
    return true;
  }

  /** Moves behind the closing quote of a name; it has no escapes. */
  void name() {
    int from = at;
    text(false);
    NotPlain.unless(at - from <= MAX_NAME);
  }

  /** Moves over a null if it comes next. */
  boolean takeNull() {
    if (peek() != 'n') {
      return false;
    }
    word("null");
    return true;
  }

  boolean bool() {
    boolean value = peek() == 't';
    word(value ? "true" : "false");
    return value;
  }

  private void word(String word) {
    for (int i = 0; i < word.length(); i++) {
      NotPlain.unless(bytes[at] == word.charAt(i));
      at++;
    }
  }

  /** Moves behind a string without escapes and tells where its UTF-8 begins. */
  int string() {
    expect('"');
    int from = at;
    text(false);
    return from;
  }

  /** Moves behind the closing quote. */
  private void text(boolean escapes) {
    while (true) {
      NotPlain.unless(at < end);
      byte next = bytes[at];
      if (next == '"') {
        at++;
        return;
      } else if (next == '\\') {
        NotPlain.unless(escapes);
        escape();
      } else if (next >= ' ') {
        at++;
      } else {
        int length = Utf8.sequence(bytes, at, end);
        NotPlain.unless(length > 0);
        at += length;
      }
    }
  }

  private void escape() {
    byte kind = bytes[at + 1];
    NotPlain.unless(at + 1 < end && "\"\\/bfnrt".indexOf(kind) >= 0);
    at += 2;
  }

  /** A number that the type has room for, as the nearest double. */
  double real(ElementType type) {
    double value = real();
    NotPlain.unless(ElementRange.holdsReal(type, value));
    return value;
  }

  /** A number, as the nearest double. */
  double real() {
    peek();
    double value = number.real(bytes, at);
    at = number.end();
    return value;
  }

  /**
   * Moves over numbers with commas between them, while there is room for them as {@code float32}.
   * The place is a local variable here: kept in the object, 784 numbers took 17 us instead of 11.
   *
   * @return the first place in {@code target} that is free
   */
  int reals(float[] target, int from) {
    byte[] source = bytes;
    int free = from;
    int next = at;
    while (true) {
      float value = (float) number.real(source, nonSpace(source, next));
      NotPlain.unless(!Float.isInfinite(value));
      target[free++] = value;
      next = nonSpace(source, number.end());
      if (source[next] != ',' || free == target.length) {
        break;
      }
      next++;
    }
    at = next;
    return free;
  }

  /** An integer that the type has room for and a long as well. */
  long integer(ElementType type) {
    peek();
    long value = number.integer(bytes, at, type);
    at = number.end();
    return value;
  }

  /** Moves behind any value, at this depth of nesting. */
  void skip(int depth) {
    switch (peek()) {
      case '"' -> {
        at++;
        text(true);
      }
      case 't', 'f' -> bool();
      case 'n' -> takeNull();
      case '[' -> skipList(depth + 1);
      case '{' -> skipObject(depth + 1);
      default -> real();
    }
  }

  private void skipList(int depth) {
    requireDepth(depth);
    at++;
    if (!take(']')) {
      do {
        skip(depth);
      } while (take(','));
      expect(']');
    }
  }

  private void skipObject(int depth) {
    requireDepth(depth);
    at++;
    if (!take('}')) {
      do {
        expect('"');
        name();
        expect(':');
        skip(depth);
      } while (take(','));
      expect('}');
    }
    // It may have been the record's last brace, behind which nothing stops a loop.
    NotPlain.unless(at <= end);
  }
}
