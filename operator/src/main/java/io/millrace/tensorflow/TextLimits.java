package io.millrace.tensorflow;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * Adds up what the objects of a text proto take once they are made, and how deep messages are
 * nested: protobuf 3 reads them by recursion without a limit, and a stack that is used up ends the
 * task.
 */
final class TextLimits {
  /** As protobuf's own limit for binary files. */
  private static final int MOST_DEPTH = 100;

  private static final int COMMENT = '#';

  // As protobuf's tokenizer has it: a comment ends at each of these, a string at a line feed alone.
  private static final String LINE_ENDS = "\n\r\u0085\u2028\u2029";

  /** What ends later: a quote, COMMENT, or 0. */
  private int inside;

  private int depth;
  private long objectBytes;

  private TextLimits() {}

  /** UTF-8; anything else is malformed. */
  static Reader reader(InputStream text) {
    return new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8.newDecoder()));
  }

  /**
   * @param file as messages name it
   * @param text its content, which is read to its end and closed
   * @param mostBytes what the objects may take
   * @throws ModelException TOO_LARGE
   */
  static void verify(String file, InputStream text, long mostBytes)
      throws IOException, ModelException {
    TextLimits limits = new TextLimits();
    try (Reader in = reader(text)) {
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c == '\\' && limits.inside != COMMENT) {
          in.read();
        } else {
          limits.take(c);
        }
        if (limits.depth > MOST_DEPTH) {
          throw new ModelException(
              ModelReason.TOO_LARGE,
              file + " nests messages more than " + MOST_DEPTH + " deep, as no model does");
        }
      }
    }
    FileLimits.verifyObjects(file, limits.objectBytes, mostBytes);
  }

  private void take(int c) {
    if (inside == COMMENT) {
      inside = LINE_ENDS.indexOf(c) >= 0 ? 0 : COMMENT;
    } else if (inside != 0) {
      inside = c == inside || c == '\n' ? 0 : inside;
    } else if (c == '"' || c == '\'' || c == COMMENT) {
      inside = c;
      objectBytes += c == COMMENT ? 0 : FileLimits.OBJECT_BYTES;
    } else if (c == '{' || c == '<') {
      objectBytes += FileLimits.OBJECT_BYTES;
      depth++;
    } else if (c == '}' || c == '>') {
      depth--;
    } else if (c == ':' || c == ',') {
      // Each number stands behind one of these.
      objectBytes += FileLimits.NUMBER_BYTES;
    }
  }
}
