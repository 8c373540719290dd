package io.millrace.connectors.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/** Writes a Parquet file, compressed by Zstandard, of records in Avro's binary form. */
final class ParquetFileWriter implements BulkWriter<byte[]> {
  // It is held in memory until it is full, by each subtask.
  private static final long ROW_GROUP_BYTES = 32L << 20;

  private final BulkWriter<GenericRecord> writer;
  private final GenericDatumReader<GenericRecord> reader;
  private @Nullable BinaryDecoder decoder;

  ParquetFileWriter(String schema, FSDataOutputStream out) throws IOException {
    Schema parsed = withoutEmptyRecords(new Schema.Parser().parse(schema));
    // The form with a group for each list, which tells a null list from an empty one.
    ParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.set(AvroWriteSupport.WRITE_OLD_LIST_STRUCTURE, "false");
    reader = new GenericDatumReader<>(parsed);
    writer =
        new ParquetWriterFactory<GenericRecord>(
                file ->
                    AvroParquetWriter.<GenericRecord>builder(file)
                        .withConf(configuration)
                        .withSchema(parsed)
                        .withDataModel(GenericData.get())
                        .withCompressionCodec(CompressionCodecName.ZSTD)
                        .withRowGroupSize(ROW_GROUP_BYTES)
                        .build())
            .create(out);
  }

  // Parquet has no group without columns. In Avro's binary form, such a record takes no byte.
  private static Schema withoutEmptyRecords(Schema record) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      Schema schema = field.schema();
      if (schema.getType() != Schema.Type.RECORD || !schema.getFields().isEmpty()) {
        fields.add(new Schema.Field(field, schema));
      }
    }
    return Schema.createRecord(
        record.getName(), record.getDoc(), record.getNamespace(), record.isError(), fields);
  }

  @Override
  public void addElement(byte[] record) throws IOException {
    decoder = DecoderFactory.get().binaryDecoder(record, decoder);
    writer.addElement(reader.read(null, decoder));
  }

  @Override
  public void flush() throws IOException {
    writer.flush();
  }

  @Override
  public void finish() throws IOException {
    writer.finish();
  }
}
