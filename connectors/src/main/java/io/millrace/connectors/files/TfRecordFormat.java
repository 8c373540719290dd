package io.millrace.connectors.files;

import org.apache.flink.core.fs.FSDataInputStream;

/**
 * TensorFlow's own files of records. Nothing in them marks where a record begins, so that each is
 * read by one task from its beginning.
 */
final class TfRecordFormat implements PieceFormat {
  private static final long serialVersionUID = 1L;

  private final int maxBytes;

  /**
   * @param maxBytes what a record may have at the most
   */
  TfRecordFormat(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public Reader open(FSDataInputStream stream, long fileLength, long splitEnd) {
    return new TfRecordReader(stream, maxBytes);
  }

  @Override
  public boolean hasSchema() {
    return false;
  }

  @Override
  public boolean isSplittable() {
    return false;
  }
}
