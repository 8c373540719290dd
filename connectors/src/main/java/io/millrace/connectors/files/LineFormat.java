package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * A record a line, as bytes: Flink's own text format decodes them, knows no offsets and reads a
 * file as one split. A line belongs to the split that its first byte lies in; one that begins with
 * a split's first byte, to the split before, which cannot know that the line behind it is
 * another's.
 */
final class LineFormat implements PieceFormat {
  private static final long serialVersionUID = 1L;

  private final int maxBytes;

  /**
   * @param maxBytes what a line may have at the most
   */
  LineFormat(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public Reader open(FSDataInputStream stream, long fileLength, long splitEnd) throws IOException {
    long end = splitEnd >= fileLength ? Long.MAX_VALUE : splitEnd;
    return new LineReader(stream, end, maxBytes);
  }

  @Override
  public boolean hasSchema() {
    return false;
  }

  @Override
  public boolean isSplittable() {
    return true;
  }
}
