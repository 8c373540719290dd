package io.millrace.connectors.files;

import java.io.EOFException;
import java.io.IOException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Reads the records of an Avro file's split. */
final class AvroFileReader implements PieceFormat.Reader {
  private final DataFileReader<GenericRecord> file;
  private final AvroMapping.Mapped mapped;
  private final long end;
  private final long fileLength;
  private @Nullable GenericRecord reused;

  AvroFileReader(
      DataFileReader<GenericRecord> file, AvroMapping.Mapped mapped, long end, long fileLength) {
    this.file = file;
    this.mapped = mapped;
    this.end = end;
    this.fileLength = fileLength;
  }

  @Override
  public @Nullable FilePiece read() throws IOException {
    // By the time that the last record of a block is read, Avro is at the next block.
    long block = file.previousSync();
    try {
      if (!file.hasNext()) {
        requireWhole(file, fileLength);
        return null;
      }
      if (file.pastSync(end)) {
        return null;
      }
      GenericRecord record = file.next(reused);
      reused = mapped.isKept() ? null : record;
      return mapped.piece(block, record);
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(block, block, e);
    }
  }

  /**
   * Checks, behind the last record, that no block breaks off there: Avro takes that for the end.
   *
   * @param length of the file
   */
  static void requireWhole(DataFileReader<?> file, long length) throws IOException {
    if (file.previousSync() < length) {
      throw new EOFException("a block is cut off");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
