package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * Records of one size, with nothing between them. A record belongs to the split that its first byte
 * lies in.
 */
final class RawFormat implements PieceFormat {
  private static final long serialVersionUID = 1L;

  private final int recordBytes;

  RawFormat(int recordBytes) {
    if (recordBytes < 1) {
      throw new IllegalArgumentException("records of " + recordBytes + " bytes: expected some");
    }
    this.recordBytes = recordBytes;
  }

  @Override
  public Reader open(FSDataInputStream stream, long fileLength, long splitEnd) throws IOException {
    long begin = stream.getPos();
    long first = (begin + recordBytes - 1) / recordBytes * recordBytes;
    if (first > begin && first < splitEnd) {
      stream.seek(first);
    }
    return new RawReader(stream, first, splitEnd, recordBytes);
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
