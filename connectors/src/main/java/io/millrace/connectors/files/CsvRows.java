package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of comma-separated values. Source: RFC 4180, and besides: a row may end with LF alone,
 * blank ones are passed over, a byte order mark is none of the first cell, and a quote within a
 * cell that does not begin with one stands for itself. Not thread-safe.
 */
final class CsvRows implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final int END = -1;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final InputStream in;
  private final int maxBytes;
  private final ByteArrayOutputStream row = new ByteArrayOutputStream(512);
  private final ByteArrayOutputStream cell = new ByteArrayOutputStream(64);
  private final CharsetDecoder characters = UTF_8.newDecoder();

  private int next;
  private boolean opened;
  private long position;
  private long lines = 1;
  private long offset;
  private long line;
  private boolean decoded;

  /**
   * @param in at the beginning of the file
   * @param maxBytes what a row may have at the most; of a longer one, no cells are kept
   */
  CsvRows(InputStream in, int maxBytes) {
    this.in = new BufferedInputStream(in, BUFFER);
    this.maxBytes = maxBytes;
  }

  /**
   * The cells of the next row, null for one that is empty and not quoted.
   *
   * @return null behind the last row
   */
  @Nullable List<@Nullable String> next() throws IOException {
    try {
      if (!opened) {
        skipMark();
        next = in.read();
        opened = true;
      }
      while (true) {
        begin();
        if (next == END) {
          return null;
        }
        List<@Nullable String> cells = row();
        if (cells.size() > 1 || cells.get(0) != null) {
          return cells;
        }
      }
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(offset, position, e);
    }
  }

  private void skipMark() throws IOException {
    in.mark(BYTE_ORDER_MARK.length);
    if (Arrays.equals(in.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
      position = BYTE_ORDER_MARK.length;
    } else {
      in.reset();
    }
  }

  private void begin() {
    row.reset();
    decoded = true;
    offset = position;
    line = lines;
  }

  private List<@Nullable String> row() throws IOException {
    List<@Nullable String> cells = new ArrayList<>();
    cells.add(cell());
    while (next == ',') {
      advance();
      String value = cell();
      if (bytes() <= maxBytes) {
        cells.add(value);
      }
    }
    if (next != END) {
      advance();
    }
    return cells;
  }

  private @Nullable String cell() throws IOException {
    cell.reset();
    boolean quoted = next == '"';
    if (quoted) {
      quoted();
    }
    while (next != ',' && next != '\n' && next != END) {
      keep();
    }
    String text = decode(cell.toByteArray());
    if (next != ',' && text.endsWith("\r")) {
      text = text.substring(0, text.length() - 1);
    }
    return text.isEmpty() && !quoted ? null : text;
  }

  private String decode(byte[] bytes) {
    try {
      return characters.decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      decoded = false;
      // A row of one such cell is not a blank one.
      return "\ufffd";
    }
  }

  private void quoted() throws IOException {
    advance();
    while (true) {
      if (next == END) {
        throw new EOFException("a quoted cell has no end");
      }
      if (next != '"') {
        keep();
        continue;
      }
      advance();
      if (next != '"') {
        return;
      }
      keep();
    }
  }

  /** Moves over a byte of a cell. */
  private void keep() throws IOException {
    if (bytes() <= maxBytes) {
      cell.write(next);
    }
    advance();
  }

  private void advance() throws IOException {
    if (bytes() <= maxBytes) {
      row.write(next);
    }
    lines += next == '\n' ? 1 : 0;
    position++;
    next = in.read();
  }

  /** Where the row begins. */
  long offset() {
    return offset;
  }

  /** The line in which the row begins, from 1. */
  long line() {
    return line;
  }

  /** How many bytes the row has, with its end. */
  long bytes() {
    return position - offset;
  }

  /** Whether the row is UTF-8; of one that is too long, what was kept may not be. */
  boolean isDecoded() {
    return decoded;
  }

  int maxBytes() {
    return maxBytes;
  }

  /** The row as it stands in the file, without its end. */
  byte[] text() {
    byte[] bytes = row.toByteArray();
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\n') {
      length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
    }
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
