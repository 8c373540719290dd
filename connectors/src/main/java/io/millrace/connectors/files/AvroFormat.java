package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroFields;
import io.millrace.connectors.formats.AvroRecord;
import io.millrace.connectors.formats.CompactDatumReader;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.UnfitSchemaException;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.formats.avro.utils.FSDataInputStreamWrapper;

/**
 * Avro's object container files, each with the schema that it was written with. A block belongs to
 * the split that the marker before it lies in. Flink's own bulk format opens files by itself, so
 * that damage could not be told from a failure of the storage.
 */
final class AvroFormat implements PieceFormat {
  private static final long serialVersionUID = 1L;

  private final AvroMapping mapping;

  AvroFormat(AvroMapping mapping) {
    this.mapping = mapping;
  }

  /**
   * Records of the wanted fields.
   *
   * @param maxRecordBytes that they may have
   */
  static AvroFormat of(RecordFields fields, int maxRecordBytes) {
    return new AvroFormat(file -> new FieldsOf(fields(file.getSchema(), fields), maxRecordBytes));
  }

  private record FieldsOf(AvroFields fields, int maxRecordBytes) implements AvroMapping.Mapped {
    @Override
    public Schema projection() {
      return fields.projection();
    }

    @Override
    public boolean isKept() {
      return true;
    }

    @Override
    public FilePiece piece(long block, GenericRecord record) {
      return FilePiece.decoded(block, new AvroRecord(fields, record), maxRecordBytes);
    }
  }

  @Override
  public Reader open(FSDataInputStream stream, long fileLength, long splitEnd) throws IOException {
    if (fileLength == Long.MAX_VALUE) {
      throw UnusableContentException.compressed();
    }
    long begin = stream.getPos();
    CompactDatumReader<GenericRecord> records = new CompactDatumReader<>();
    try {
      stream.seek(0);
      DataFileReader<GenericRecord> file =
          new DataFileReader<>(new FSDataInputStreamWrapper(stream, fileLength), records);
      AvroMapping.Mapped found = mapping.of(file);
      records.setExpected(found.projection());
      file.sync(begin);
      return new AvroFileReader(file, found, splitEnd, fileLength);
    } catch (UnusableContentException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(begin, begin, e);
    }
  }

  private static AvroFields fields(Schema written, RecordFields fields)
      throws UnusableContentException {
    try {
      return AvroFields.of(written, fields);
    } catch (UnfitSchemaException e) {
      throw UnusableContentException.unfit(e);
    }
  }

  @Override
  public boolean hasSchema() {
    return true;
  }

  @Override
  public boolean isSplittable() {
    return true;
  }
}
