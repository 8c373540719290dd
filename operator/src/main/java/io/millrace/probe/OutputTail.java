package io.millrace.probe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The beginning and the end of what a process prints, read by a daemon thread that ends with the
 * process. However much it prints, little is kept. Thread-safe.
 */
final class OutputTail {
  private static final int KEPT_BYTES = 1 << 14;
  private static final int SHOWN_CHARS = 400;

  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final byte[] kept = new byte[2 * KEPT_BYTES];
  private final Thread reader;
  private int size;

  private OutputTail(InputStream output) {
    reader = new Thread(() -> read(output), "millrace probe output");
    reader.setDaemon(true);
  }

  /** Begins to read. */
  static OutputTail of(InputStream output) {
    OutputTail tail = new OutputTail(output);
    tail.reader.start();
    return tail;
  }

  private void read(InputStream output) {
    byte[] buffer = new byte[KEPT_BYTES];
    try (output) {
      for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
        append(buffer, n);
      }
    } catch (IOException e) {
      // The process was killed: what it printed until then is what there is.
    }
  }

  private synchronized void append(byte[] bytes, int count) {
    head.write(bytes, 0, Math.min(count, KEPT_BYTES - head.size()));
    if (size + count > kept.length) {
      System.arraycopy(kept, size - KEPT_BYTES, kept, 0, KEPT_BYTES);
      size = KEPT_BYTES;
    }
    System.arraycopy(bytes, 0, kept, size, count);
    size += count;
  }

  /**
   * Waits for the end of the output, but not for long: the process has ended already.
   *
   * @return whether all of it was read
   */
  boolean awaitEnd(Duration patience) throws InterruptedException {
    reader.join(patience.toMillis());
    return !reader.isAlive();
  }

  private synchronized List<String> lines() {
    return new String(kept, 0, size, StandardCharsets.UTF_8).lines().toList();
  }

  /** Whether this is one of the first lines. */
  synchronized boolean beganWith(String line) {
    return head.toString(StandardCharsets.UTF_8).lines().anyMatch(line::equals);
  }

  /** Whether one of the last lines has this in it. */
  boolean mentions(String text) {
    return lines().stream().anyMatch(line -> line.contains(text));
  }

  /** What follows on the last line that begins with the token, if there is one. */
  Optional<String> answer(String token) {
    return lines().stream()
        .filter(line -> line.startsWith(token))
        .map(line -> line.substring(token.length()))
        .reduce((earlier, later) -> later);
  }

  /** The last lines as one, short enough for a message, without those that begin with the token. */
  String lastLines(String token) {
    String text =
        lines().stream()
            .filter(line -> !line.isBlank() && !line.startsWith(token))
            .map(String::strip)
            .collect(Collectors.joining(" | "))
            .replaceAll("\\p{Cntrl}", " ");
    return text.length() <= SHOWN_CHARS
        ? text
        : "..." + text.substring(text.length() - SHOWN_CHARS);
  }
}
