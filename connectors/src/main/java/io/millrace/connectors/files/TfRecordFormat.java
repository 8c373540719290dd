package io.millrace.connectors.files;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * TensorFlow's own files of records. Nothing in them marks where a record begins, so that each is
 * read by one task from its beginning.
 */
final class TfRecordFormat extends SimpleStreamFormat<FilePiece> {
  private static final long serialVersionUID = 1L;

  private final int maxBytes;

  /**
   * @param maxBytes what a record may have at the most
   */
  TfRecordFormat(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public Reader<FilePiece> createReader(Configuration config, FSDataInputStream stream) {
    return new TfRecordReader(stream, maxBytes);
  }

  @Override
  public TypeInformation<FilePiece> getProducedType() {
    return TypeInformation.of(FilePiece.class);
  }
}
