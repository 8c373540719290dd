package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroFields;
import io.millrace.connectors.formats.AvroRecord;
import java.io.IOException;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetReader;
import org.jspecify.annotations.Nullable;

/** Reads the records of a Parquet file. A record's offset is its number, from 0. */
final class ParquetFileRecords implements PieceFormat.Reader {
  private final ParquetReader<GenericRecord> records;
  private final AvroFields fields;
  private final int maxRecordBytes;
  private long number;

  ParquetFileRecords(ParquetReader<GenericRecord> records, AvroFields fields, int maxRecordBytes) {
    this.records = records;
    this.fields = fields;
    this.maxRecordBytes = maxRecordBytes;
  }

  @Override
  public @Nullable FilePiece read() throws IOException {
    GenericRecord record;
    try {
      record = records.read();
    } catch (IOException | RuntimeException e) {
      StorageException.rethrow(e);
      throw new DamageException(
          number,
          "the file breaks off or is damaged behind record " + number + ": " + e.getMessage(),
          e);
    }
    return record == null
        ? null
        : FilePiece.decoded(number++, new AvroRecord(fields, record), maxRecordBytes);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
