package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.Encoder;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.formats.avro.AvroWriterFactory;

/**
 * Avro's object containers, deflated, of records that are in Avro's binary form already. The marker
 * between blocks, which Avro draws by chance, is made of the file's name: the same records give the
 * same bytes.
 */
final class AvroContainers {
  // What Spark and Hive use as well; every reader of Avro has the codec.
  private static final int LEVEL = 6;

  private AvroContainers() {}

  static BulkWriter<byte[]> open(String schema, FSDataOutputStream out, String name)
      throws IOException {
    return new AvroWriterFactory<byte[]>(
            stream -> {
              DataFileWriter<byte[]> writer = new DataFileWriter<>(new Encoded());
              writer.setCodec(CodecFactory.deflateCodec(LEVEL));
              return writer.create(new Schema.Parser().parse(schema), stream, marker(name));
            })
        .create(out);
  }

  private static byte[] marker(String name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
      return Arrays.copyOf(digest, DataFileConstants.SYNC_SIZE);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Records as they are. */
  private static final class Encoded implements DatumWriter<byte[]> {
    @Override
    public void setSchema(Schema schema) {
      // They were written by it.
    }

    @Override
    public void write(byte[] record, Encoder out) throws IOException {
      out.writeFixed(record);
    }
  }
}
