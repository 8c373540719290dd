package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * Records of one size, with nothing between them. A record belongs to the split that its first byte
 * lies in.
 */
final class RawFormat implements StreamFormat<FilePiece> {
  private static final long serialVersionUID = 1L;

  private final int recordBytes;

  RawFormat(int recordBytes) {
    if (recordBytes < 1) {
      throw new IllegalArgumentException("records of " + recordBytes + " bytes: expected some");
    }
    this.recordBytes = recordBytes;
  }

  @Override
  public Reader<FilePiece> createReader(
      Configuration config, FSDataInputStream stream, long fileLength, long splitEnd)
      throws IOException {
    long begin = stream.getPos();
    long first = (begin + recordBytes - 1) / recordBytes * recordBytes;
    if (first > begin && first < splitEnd) {
      stream.seek(first);
    }
    return new RawReader(stream, first, splitEnd, recordBytes);
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
