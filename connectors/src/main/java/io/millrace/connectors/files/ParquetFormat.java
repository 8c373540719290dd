package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroFields;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.UnfitSchemaException;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.formats.parquet.ParquetInputFile;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Parquet files, whoever wrote them. Of their columns only the wanted ones are read, which Flink's
 * own reader of Avro records cannot do. A file is one split, as for Flink.
 */
final class ParquetFormat implements PieceFormat {
  private static final long serialVersionUID = 1L;
  private static final String WRITERS_SCHEMA = "parquet.avro.schema";
  private static final String READERS_SCHEMA = "parquet.avro.read.schema";

  private final RecordFields fields;

  private final int maxRecordBytes;

  /**
   * @param maxRecordBytes that a record may have
   */
  ParquetFormat(RecordFields fields, int maxRecordBytes) {
    this.fields = fields;
    this.maxRecordBytes = maxRecordBytes;
  }

  @Override
  public Reader open(FSDataInputStream stream, long fileLength, long splitEnd) throws IOException {
    if (fileLength == Long.MAX_VALUE) {
      throw UnusableContentException.compressed();
    }
    try {
      InputFile file = new ParquetInputFile(stream, fileLength);
      ParquetConfiguration parquet = new PlainParquetConfiguration();
      // Of a list's own layers, the values are what is wanted.
      parquet.setBoolean(AvroSchemaConverter.ADD_LIST_ELEMENT_RECORDS, false);
      FileMetaData footer = footer(file, parquet);
      AvroFields found = AvroFields.of(schema(footer, parquet), names(footer.getSchema()), fields);
      parquet.set(READERS_SCHEMA, found.projection().toString());
      ParquetReader<GenericRecord> records =
          new ParquetColumns.Builder(file, parquet, used(footer.getSchema())).build();
      return new ParquetFileRecords(records, found, maxRecordBytes);
    } catch (UnfitSchemaException e) {
      throw UnusableContentException.unfit(e);
    } catch (UnusableContentException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(0, 0, e);
    }
  }

  private static FileMetaData footer(InputFile file, ParquetConfiguration parquet)
      throws IOException {
    // Closing a reader would close the file, which is about to be read.
    return ParquetFileReader.readFooter(
            file, ParquetReadOptions.builder(parquet).build(), file.newStream())
        .getFileMetaData();
  }

  private static List<String> names(MessageType columns) {
    return columns.getFields().stream().map(Type::getName).toList();
  }

  // Of columns that are not wanted, some may have types and names that Avro does not have.
  private Schema schema(FileMetaData footer, ParquetConfiguration parquet)
      throws UnusableContentException {
    MessageType columns = footer.getSchema();
    String written = footer.getKeyValueMetaData().get(WRITERS_SCHEMA);
    MessageType used = used(columns);
    try {
      return written == null
          ? ParquetTimes.marked(new AvroSchemaConverter(parquet).convert(used), used.getFields())
          : new Schema.Parser().parse(written);
    } catch (RuntimeException e) {
      throw UnusableContentException.unfit(e);
    }
  }

  private MessageType used(MessageType columns) {
    return new MessageType(
        columns.getName(),
        columns.getFields().stream().filter(column -> fields.isUsed(column.getName())).toList());
  }

  @Override
  public boolean hasSchema() {
    return true;
  }

  @Override
  public boolean isSplittable() {
    return false;
  }
}
