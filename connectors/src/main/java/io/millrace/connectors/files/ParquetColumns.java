package io.millrace.connectors.files;

import java.util.Map;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.schema.MessageType;

/**
 * Reads some of a file's columns as they are. Of an Avro schema that is asked for, parquet-avro
 * (1.15) makes columns in its own old way, with lists of two layers: a list of three, as Spark and
 * Arrow write it, was null.
 */
final class ParquetColumns extends AvroReadSupport<GenericRecord> {
  private final MessageType columns;

  private ParquetColumns(MessageType columns) {
    super(GenericData.get());
    this.columns = columns;
  }

  @Override
  public ReadContext init(
      ParquetConfiguration configuration, Map<String, String> metadata, MessageType file) {
    ReadContext all = super.init(configuration, metadata, file);
    return new ReadContext(columns, all.getReadSupportMetadata());
  }

  /** A reader of a file. */
  static final class Builder extends ParquetReader.Builder<GenericRecord> {
    private final MessageType columns;

    /**
     * @param configuration with the schema of the records
     * @param columns of the file that they need
     */
    Builder(InputFile file, ParquetConfiguration configuration, MessageType columns) {
      super(file, configuration);
      this.columns = columns;
    }

    @Override
    protected ReadSupport<GenericRecord> getReadSupport() {
      return new ParquetColumns(columns);
    }
  }
}
