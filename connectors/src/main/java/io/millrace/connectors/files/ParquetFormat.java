package io.millrace.connectors.files;

import io.millrace.connectors.formats.AvroFields;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.UnfitSchemaException;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.formats.parquet.ParquetInputFile;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.InputFile;

/**
 * Parquet files, whoever wrote them. Of their columns only the wanted ones are read, which Flink's
 * own reader of Avro records cannot do. A file is one split, as for Flink.
 */
final class ParquetFormat implements StreamFormat<FilePiece> {
  private static final long serialVersionUID = 1L;
  private static final String WRITERS_SCHEMA = "parquet.avro.schema";
  private static final String READERS_SCHEMA = "parquet.avro.read.schema";

  private final RecordFields fields;

  ParquetFormat(RecordFields fields) {
    this.fields = fields;
  }

  @Override
  public Reader<FilePiece> createReader(
      Configuration config, FSDataInputStream stream, long fileLength, long splitEnd)
      throws IOException {
    if (fileLength == Long.MAX_VALUE) {
      throw UnusableContentException.compressed();
    }
    try {
      InputFile file = new ParquetInputFile(stream, fileLength);
      ParquetConfiguration parquet = new PlainParquetConfiguration();
      // Of a list's own layers, the values are what is wanted.
      parquet.setBoolean(AvroSchemaConverter.ADD_LIST_ELEMENT_RECORDS, false);
      AvroFields found = AvroFields.of(schema(file, parquet), fields);
      parquet.set(AvroReadSupport.AVRO_REQUESTED_PROJECTION, found.projection().toString());
      parquet.set(READERS_SCHEMA, found.projection().toString());
      ParquetReader<GenericRecord> records =
          AvroParquetReader.<GenericRecord>builder(file, parquet)
              .withDataModel(GenericData.get())
              .build();
      return new ParquetFileRecords(records, found);
    } catch (UnfitSchemaException e) {
      throw UnusableContentException.unfit(e);
    } catch (IOException | RuntimeException e) {
      throw DamageException.of(0, 0, e);
    }
  }

  private static Schema schema(InputFile file, ParquetConfiguration parquet) throws IOException {
    // Closing a reader would close the file, which is about to be read.
    FileMetaData data =
        ParquetFileReader.readFooter(
                file, ParquetReadOptions.builder(parquet).build(), file.newStream())
            .getFileMetaData();
    String written = data.getKeyValueMetaData().get(WRITERS_SCHEMA);
    return written == null
        ? new AvroSchemaConverter(parquet).convert(data.getSchema())
        : new Schema.Parser().parse(written);
  }

  @Override
  public Reader<FilePiece> restoreReader(
      Configuration config,
      FSDataInputStream stream,
      long restoredOffset,
      long fileLength,
      long splitEnd)
      throws IOException {
    return createReader(config, stream, fileLength, splitEnd);
  }

  @Override
  public boolean isSplittable() {
    return false;
  }

  @Override
  public TypeInformation<FilePiece> getProducedType() {
    return TypeInformation.of(FilePiece.class);
  }
}
