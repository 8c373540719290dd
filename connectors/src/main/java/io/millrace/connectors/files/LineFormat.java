package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * A record a line, as bytes: Flink's own text format decodes them, knows no offsets and reads a
 * file as one split. A line belongs to the split that its first byte lies in; one that begins with
 * a split's first byte, to the split before, which cannot know that the line behind it is
 * another's.
 */
final class LineFormat implements StreamFormat<FilePiece> {
  private static final long serialVersionUID = 1L;

  private final int maxBytes;

  /**
   * @param maxBytes what a line may have at the most
   */
  LineFormat(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public Reader<FilePiece> createReader(
      Configuration config, FSDataInputStream stream, long fileLength, long splitEnd)
      throws IOException {
    long end = splitEnd >= fileLength ? Long.MAX_VALUE : splitEnd;
    return new LineReader(stream, end, maxBytes);
  }

  @Override
  public Reader<FilePiece> restoreReader(
      Configuration config,
      FSDataInputStream stream,
      long restoredOffset,
      long fileLength,
      long splitEnd)
      throws IOException {
    stream.seek(restoredOffset);
    return createReader(config, stream, fileLength, splitEnd);
  }

  @Override
  public boolean isSplittable() {
    return true;
  }

  @Override
  public TypeInformation<FilePiece> getProducedType() {
    return TypeInformation.of(FilePiece.class);
  }
}
