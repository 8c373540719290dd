package io.millrace.connectors.formats;

import io.millrace.tensor.RecordException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Reads what was written with one schema: of each datum, the wanted fields. */
sealed interface AvroDatums {
  // It goes along with each dead letter, and in a header of Kafka.
  int MAX_MESSAGE = 4000;

  /**
   * @param offset of the datum, which ends where the value ends
   * @throws RecordException MALFORMED if there is no datum of the schema, or more than one; and
   *     where the schema has not the wanted fields
   */
  AvroRecord read(byte[] value, int offset, BoundedDecoder decoder);

  /**
   * Finds the wanted fields once, for all that is read.
   *
   * @param maxBytes that a value has
   */
  static AvroDatums of(Schema written, RecordFields wanted, int maxBytes) {
    try {
      AvroExtent.check(written);
      Schema plain = AvroExtent.plain(written);
      AvroFields fields = AvroFields.of(plain, wanted);
      AvroExtent.check(fields.projection(), maxBytes);
      return new Fitting(plain, fields);
    } catch (UnfitSchemaException e) {
      String message = "schema '" + written.getFullName() + "': " + e.getMessage();
      return new Unfit(
          new RecordException(
              e.reason(),
              message.length() > MAX_MESSAGE
                  ? message.substring(0, MAX_MESSAGE) + " ..."
                  : message));
    }
  }

  /** Those of a schema that has not the wanted fields. */
  record Unfit(RecordException misfits) implements AvroDatums {
    @Override
    public AvroRecord read(byte[] value, int offset, BoundedDecoder decoder) {
      throw misfits;
    }
  }

  /** Those of a schema that has them. */
  final class Fitting implements AvroDatums {
    // There may be one of these for each of many schemas, and each keeps its last record.
    private static final long MAX_KEPT = 1 << 14;

    private final AvroFields fields;
    private final Schema written;
    private final boolean endless;
    private final Reader reader;
    private @Nullable IndexedRecord reused;

    Fitting(Schema written, AvroFields fields) {
      this.fields = fields;
      this.written = written;
      this.endless = AvroNesting.isEndless(written);
      this.reader = new Reader(written, fields.projection());
    }

    @Override
    public AvroRecord read(byte[] value, int offset, BoundedDecoder decoder) {
      IndexedRecord before = reused;
      // What is not read to its end is not kept: it may be of any size.
      reused = null;
      IndexedRecord record;
      try {
        record = decode(value, offset, decoder, before);
        if (decoder.remaining() > 0) {
          throw decoder.malformed("the datum ends, " + decoder.remaining() + " bytes are left");
        }
      } catch (IOException e) {
        throw new UncheckedIOException("reading from memory failed", e);
      }
      reused = decoder.extent() > MAX_KEPT ? null : record;
      return new AvroRecord(fields, record);
    }

    private IndexedRecord decode(
        byte[] value, int offset, BoundedDecoder decoder, @Nullable IndexedRecord before)
        throws IOException {
      try {
        if (endless) {
          decoder.read(value, offset);
          AvroNesting.check(written, decoder);
        }
        decoder.read(value, offset);
        return reader.read(before, decoder);
      } catch (RecordException e) {
        throw e;
      } catch (EOFException e) {
        throw decoder.malformed("the datum breaks off");
      } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
        // Of a union's branch that is none, or a number of eleven bytes: Avro has no one exception.
        throw decoder.malformed("no datum of schema '" + written.getFullName() + "'");
      }
    }
  }

  /** One that has found out beforehand how the schemas are resolved. */
  final class Reader extends CompactDatumReader<IndexedRecord> {
    Reader(Schema written, Schema projection) {
      super(written, projection);
      try {
        getResolver(written, projection);
      } catch (IOException e) {
        throw new UncheckedIOException("resolving schemas failed", e);
      }
    }
  }
}
